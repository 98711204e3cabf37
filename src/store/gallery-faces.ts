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

/** Whose a face becomes, and how it is kept. */
interface FaceKeeping {
  readonly appid: string
  readonly person: number
  readonly box: TemplateBox
  readonly copies: TemplateCopies
}

/** Enrols a face in the caller's transaction, under a new id. */
export async function insertFace(
  transaction: Kysely<Schema>,
  { appid, person, box, copies }: FaceKeeping,
  { template, attributes, tag }: NewFace & { readonly tag: string },
): Promise<string> {
  const faceId = makeFaceId()
  await transaction
    .insertInto('gallery_faces')
    .values({
      face_id: faceId,
      person,
      tag,
      made_at: Date.now(),
      pack_id: template.packId,
      template: sealTemplate(box, { faceId, person, template }),
      attributes: attributes ? box.seal(encodeAttributes(attributes), nameAttributes(faceId, person)) : null,
    })
    .execute()
  await copies.add(transaction, template.packId, [{ faceId, person, appid, template }])
  return faceId
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
