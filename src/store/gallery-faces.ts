import type { Kysely, Selectable } from 'kysely'
import { makeFaceId } from '../gallery/face-id.js'
import type { FaceRecord, NewFace, Template } from '../gallery/gallery.js'
import type { GalleryTables } from './gallery-schema.js'
import type { Schema } from './schema.js'
import type { TemplateBox } from './template-box.js'
import { decodeAttributes, decodeTemplate, encodeAttributes, encodeTemplate } from './template-bytes.js'
import type { TemplateCopies } from './vector-copies.js'

/** The box of a store, which is opened at first use. */
export type BoxOpener = () => Promise<TemplateBox>

type FaceRow = Selectable<GalleryTables['gallery_faces']>

/** A face with the id that it is enrolled under. */
export interface NamedFace extends NewFace {
  readonly faceId: string
}

export function nameFace(face: NewFace): NamedFace {
  return { ...face, faceId: makeFaceId() }
}

/** Enrols faces, at least one, in the caller's transaction; then they must be copied. */
export function insertFaces(
  transaction: Kysely<Schema>,
  { person, box, tag }: { readonly person: number; readonly box: TemplateBox; readonly tag: string },
  faces: readonly NamedFace[],
) {
  const rows = faces.map(({ faceId, template, attributes }) => ({
    face_id: faceId,
    person,
    tag,
    made_at: Date.now(),
    pack_id: template.packId,
    template: sealTemplate(box, { faceId, person, template }),
    attributes: attributes ? box.seal(encodeAttributes(attributes), nameAttributes(faceId, person)) : null,
  }))
  return transaction.insertInto('gallery_faces').values(rows)
}

/** Adds faces that were enrolled to what else has them. */
export async function addCopies(
  transaction: Kysely<Schema>,
  { appid, person, copies }: { readonly appid: string; readonly person: number; readonly copies: TemplateCopies },
  faces: readonly NamedFace[],
): Promise<void> {
  for (const packId of new Set(faces.map(({ template }) => template.packId))) {
    const ofPack = faces.filter(({ template }) => template.packId === packId)
    const copied = ofPack.map(({ faceId, template }) => ({ faceId, person, appid, template }))
    await copies.add(transaction, packId, copied)
  }
}

export function sealTemplate(
  box: TemplateBox,
  { faceId, person, template }: { readonly faceId: string; readonly person: number; readonly template: Template },
): Uint8Array {
  return box.seal(encodeTemplate(template), nameTemplate(faceId, person))
}

/** Throws a StoreError. */
export function openTemplate(
  box: TemplateBox,
  { face_id, person, template, pack_id }: Pick<FaceRow, 'face_id' | 'person' | 'template' | 'pack_id'>,
): Template {
  return decodeTemplate(box.open(bytesOf(template), nameTemplate(face_id, Number(person))), pack_id)
}

/** Throws a StoreError. */
export function describeFace(
  box: TemplateBox,
  personId: string,
  { face_id, person, tag, made_at, pack_id, attributes }: Omit<FaceRow, 'template'>,
): FaceRecord {
  return {
    faceId: face_id,
    personId,
    tag,
    madeAt: new Date(Number(made_at)),
    packId: pack_id,
    attributes:
      attributes === null
        ? undefined
        : decodeAttributes(box.open(bytesOf(attributes), nameAttributes(face_id, Number(person)))),
  }
}

/** A face that was moved to another person, or another face's template, does not open. */
function nameTemplate(faceId: string, person: number): string {
  return `template:${faceId}:${person}`
}

function nameAttributes(faceId: string, person: number): string {
  return `attributes:${faceId}:${person}`
}

function bytesOf(value: Uint8Array | ArrayBuffer): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(value)
}
