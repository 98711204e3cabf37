import type { FaceVectors, GalleryFeed, GalleryInventory, GalleryRepository } from '../gallery/gallery.js'

/** Everything about persons and their faces, by who needs it. */
export interface GalleryStore {
  readonly repository: GalleryRepository
  readonly feed: GalleryFeed
  readonly inventory: GalleryInventory
  /** The faces of one pack as the database searches them; undefined where they are searched in memory. */
  readonly openVectors: ((options: VectorOptions) => FaceVectors) | undefined
}

export interface VectorOptions {
  /** The model pack in use. */
  readonly packId: string
  /** Told in one sentence of faces that cannot be found. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

export interface GalleryStoreOptions {
  /** Whether what is written of faces from now on is encrypted; what is there is read either way. */
  readonly encryptTemplates: boolean
  /** Where they are searched; `pgvector` keeps vectors of all faces that are written, and needs PostgreSQL. In memory when absent. */
  readonly search?: 'memory' | 'pgvector' | undefined
}

/** A customer of the service. */
export interface StoredApp {
  readonly appid: string
  /** A switched-off app is answered as if it did not exist. */
  readonly enabled: boolean
  /** Its own rate limit in place of the default; 0 is none. */
  readonly callsPerSecond?: number
  /** The successful calls that it may make in a month of UTC. */
  readonly monthlyQuota?: number
}

/** What a change of limits says; what is absent stays as it is. */
export interface AppLimits {
  /** `null` goes back to the default, 0 sets no limit. */
  readonly callsPerSecond?: number | null
  /** `null` sets no quota. */
  readonly monthlyQuota?: number | null
}

/** How many calls of an app were answered with a code on one day. */
export interface UsageCount {
  readonly appid: string
  /** Of UTC, such as `2026-11-23`. */
  readonly day: string
  /** The `code` of the answers. */
  readonly code: number
  readonly calls: number
}

/** Counts to add. A counter numbers its batches from 1, and each number is added once, however often it is sent. */
export interface UsageBatch {
  readonly counterId: string
  readonly sequence: number
  /** One for each app, day and code at the most. */
  readonly counts: readonly UsageCount[]
}

export interface UsageFilter {
  /** Such as `2026-11`. */
  readonly month: string
  readonly appid?: string
}

/** What a client signs with. `secretKey` is a secret: never log it. */
export interface Credential {
  readonly appid: string
  readonly secretId: string
  readonly secretKey: string
}

export interface StoredKey extends Credential {
  readonly revoked: boolean
}

/** A key as it may be shown: without its secret. */
export interface ListedKey {
  readonly appid: string
  readonly secretId: string
  readonly createdAt: Date
  readonly revokedAt?: Date
}

/**
 * Apps, their keys and the single-use signatures that were used. Every change is durable when its promise resolves.
 * A refusal that a person can act upon rejects with {@link StoreError}; everything else is a failure of the database.
 */
export interface Store {
  findApp(appid: string): Promise<StoredApp | undefined>
  findKey(secretId: string): Promise<StoredKey | undefined>
  /** Makes an app, with a new random appid (8 digits) when none is given. Rejects when there is one of that appid. */
  createApp(options?: { readonly appid?: string }): Promise<StoredApp>
  /** Switches an app on or off at once. False when there is no such app. */
  setAppEnabled(appid: string, enabled: boolean): Promise<boolean>
  /** Changes the limits of an app at once. False when there is no such app. */
  setLimits(appid: string, limits: AppLimits): Promise<boolean>
  /** Makes a new random key for an app that exists. The only time that the SecretKey is shown. */
  createKey(appid: string): Promise<Credential>
  /**
   * Makes app and key when absent; does nothing when they are there as given (a revoked key stays revoked); rejects when
   * the SecretId belongs to another app or has another SecretKey.
   */
  putKey(credential: Credential): Promise<void>
  /** The keys of one app, or of all, oldest first. */
  listKeys(appid?: string): Promise<readonly ListedKey[]>
  /** Revokes a key at once and for ever. False when there is no such key or it was revoked before. */
  revokeKey(secretId: string): Promise<boolean>
  /** Whether there is no app at all. */
  isEmpty(): Promise<boolean>
  /**
   * Claims a single-use signature, atomically among all processes that share the store; false when it was claimed before.
   * The claim is remembered at least until `forgetAtSeconds` (Unix); once it is forgotten, no new claim of it is granted, whatever
   * the clocks say by then.
   */
  claimSignature(id: string, forgetAtSeconds: number): Promise<boolean>
  /** Adds the counts of a batch, all or none, and once. */
  addUsage(batch: UsageBatch): Promise<void>
  /** The counts of a month, of one app or of all, by day, app and code. */
  listUsage(filter: UsageFilter): Promise<readonly UsageCount[]>
  /** The gallery in the same database; closed with the store. */
  openGallery(options: GalleryStoreOptions): GalleryStore
  /**
   * Encrypts every SecretKey, and the key of the gallery, anew under another master key (64 hex digits or Base64), all or none, also while other processes
   * use the store. Resolves with the number of SecretKeys, or with undefined when they were under that key before.
   */
  rotateMasterKey(masterKey: string): Promise<number | undefined>
  /** Rejects when the store does not answer, or is under a master key that this process does not have. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** A store that several machines share. */
export interface SharedStore extends Store {
  /** Counts a call of the app in the present second, by the store's clock, and tells how many that makes. */
  countCall(appid: string): Promise<number>
}

/** A refusal of the store. `message` is one plain sentence for the operator; it never goes on the wire. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError'
}

/** A store was to be opened that is there already, and there is none. */
export class NoStoreError extends StoreError {
  override readonly name = 'NoStoreError'
}
