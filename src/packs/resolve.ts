import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Alignment, PartMap } from '../pipeline/embed.js'
import type { DetectorEntry, EmbedderEntry, LandmarksEntry, PackFile } from './entries.js'
import { openPackFolder, type PackFolder, packError, verifyPackFile } from './folder.js'

/** Made by the build; `src/` and `dist/` lie equally deep, so one path serves both. */
export const DEFAULT_PACK_FOLDER = fileURLToPath(new URL('../../dist/packs/default', import.meta.url))

/** What helps where files of the default pack are damaged or missing. */
export const INSTALL_ANEW = 'run npm run build, or install the package anew'

type Own<T extends { readonly kind: string }> = Exclude<T, { readonly kind: 'default' }>

/** A part of a pack, and the pack whose file it is. */
export interface Piece<T extends PackFile = PackFile> {
  /** How errors name it, such as `embedder 1`. */
  readonly role: string
  readonly pack: PackFolder
  readonly entry: T
}

export interface EmbedderPiece extends Piece<Own<EmbedderEntry>> {
  readonly alignment: Alignment
  /** 0 for one that is run for the facial parts alone. */
  readonly weight: number
  readonly maps: readonly PartMap[]
}

/** A manifest with the default pack's own pieces wherever it says `default`: from here on all packs are alike. */
export interface ResolvedPack {
  readonly folder: PackFolder
  readonly detector: Piece<Own<DetectorEntry>>
  readonly landmarks: Piece<Own<LandmarksEntry>>
  readonly embedders: readonly EmbedderPiece[]
  /** Whose calibration says how the facial parts are compared. */
  readonly partsFrom: PackFolder
}

/**
 * Reads a pack's manifest, the default pack's when no folder is named, and where the pack leaves something to the default one
 * that of both. Throws FaceCompareError INTERNAL with one sentence.
 */
export async function resolvePack(path: string | undefined): Promise<ResolvedPack> {
  const folder = path === undefined ? await openDefaultPack() : await openPackFolder(path)
  const { detector, landmarks, embedders, alignment } = folder.manifest
  const hasParts = embedders.some((entry) => entry.kind === 'onnx' && entry.parts.length > 0)
  const isWhole = hasParts && [detector, landmarks, ...embedders].every(({ kind }) => kind !== 'default')
  const defaults = isWhole ? folder : await openDefaultPack()
  const pieces = embedders.flatMap((entry, i): readonly EmbedderPiece[] => {
    const weight = folder.manifest.weights[i] ?? 0
    if (entry.kind === 'onnx') {
      const piece = { role: `embedder ${i + 1}`, pack: folder, entry, weight, maps: entry.parts }
      return [{ ...piece, alignment: entry.alignment ?? alignment }]
    }
    return embeddersOf(defaults).map((own) => ({ ...own, weight: weight * own.weight, maps: hasParts ? [] : own.maps }))
  })
  const isShared = hasParts || embedders.some(({ kind }) => kind === 'default')
  const forParts = embeddersOf(defaults).filter(({ maps }) => maps.length > 0)
  return {
    folder,
    detector:
      detector.kind === 'default' ? detectorOf(defaults) : { role: 'the detector', pack: folder, entry: detector },
    landmarks:
      landmarks.kind === 'default' ? landmarksOf(defaults) : { role: 'the landmarks', pack: folder, entry: landmarks },
    embedders: isShared ? pieces : [...pieces, ...forParts.map((own) => ({ ...own, weight: 0 }))],
    partsFrom: hasParts ? folder : defaults,
  }
}

async function openDefaultPack(): Promise<PackFolder> {
  return openPackFolder(DEFAULT_PACK_FOLDER).catch((cause: unknown) => {
    throw packError('default', `its files are missing; ${INSTALL_ANEW}`, cause)
  })
}

function detectorOf(pack: PackFolder): ResolvedPack['detector'] {
  const { detector } = pack.manifest
  if (detector.kind === 'default') throw ownPieces(pack)
  return { role: 'the detector', pack, entry: detector }
}

function landmarksOf(pack: PackFolder): ResolvedPack['landmarks'] {
  const { landmarks } = pack.manifest
  if (landmarks.kind === 'default') throw ownPieces(pack)
  return { role: 'the landmarks', pack, entry: landmarks }
}

function embeddersOf(pack: PackFolder): readonly EmbedderPiece[] {
  const { embedders, weights, alignment } = pack.manifest
  return embedders.map((entry, i) => {
    if (entry.kind === 'default') throw ownPieces(pack)
    const piece = { role: `embedder ${i + 1}`, pack, entry, weight: weights[i] ?? 0, maps: entry.parts }
    return { ...piece, alignment: entry.alignment ?? alignment }
  })
}

function ownPieces({ name }: PackFolder): Error {
  return packError(name, 'the default pack cannot leave a piece to itself')
}

/** All files of a pack, its own and those of the default pack that it uses. */
export function listPieces({ detector, landmarks, embedders }: ResolvedPack) {
  return [detector, landmarks, ...embedders]
}

/** Holds every file to its hash. Throws FaceCompareError INTERNAL with one sentence. */
export async function verifyPieces(pack: ResolvedPack): Promise<void> {
  for (const { pack: owner, role, entry } of listPieces(pack)) await verifyPackFile(owner, role, entry)
}

/**
 * Name and hash of all that the embeddings depend on: `<name>-<12 hex digits>`. A calibration is bound to it. Texts of the
 * manifest do not count, nor where a file lies.
 */
export function identifyContent({ folder, detector, landmarks, embedders }: ResolvedPack): string {
  const content = {
    detector: withoutTexts(detector.entry),
    landmarks: withoutTexts(landmarks.entry),
    embedders: embedders.map(({ entry, alignment, weight, maps }) => ({
      ...withoutTexts(entry),
      alignment,
      weight,
      parts: maps,
    })),
  }
  return `${folder.name}-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)}`
}

function withoutTexts(entry: PackFile): object {
  return { ...entry, file: undefined, licence: undefined }
}
