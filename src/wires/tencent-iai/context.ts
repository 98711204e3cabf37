import type { FetchImage } from '../../image/fetch-remote.js'
import type { DoorContext } from '../door.js'
import type { OpenCall } from '../receive.js'

export interface IaiContext extends DoorContext {
  readonly fetchImage: FetchImage
}

/** A call that is being answered. */
export interface IaiCall extends Omit<IaiContext, 'gate'>, OpenCall {}
