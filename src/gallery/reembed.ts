import type { FaceRecord, GalleryInventory } from './gallery.js'

/** What the pictures of a person are for. */
export interface PersonPlan {
  readonly appid: string
  readonly personId: string
  /** Pictures of one face each, by its id. */
  readonly ofFaces: ReadonlyMap<string, string>
  /** Pictures that make the other faces anew, one after the other, as far as they can be used. */
  readonly ofPerson: readonly string[]
  /** The other faces that another pack has made, the oldest first. */
  readonly otherFaces: readonly string[]
}

export interface ReembedPlan {
  readonly persons: readonly PersonPlan[]
  /** Pictures that are named like no person and no face. */
  readonly unknown: readonly string[]
  /** Pictures that nothing is to be done with: their faces are of the pack in use, or all those of their person are. */
  readonly needless: readonly string[]
}

interface Named {
  readonly ofFaces: Map<string, string>
  readonly ofPerson: string[]
}

/**
 * What the pictures of a folder are for, by their names: `FACE_ID.jpg` is that face's, `PERSON_ID.jpg` and all pictures in a
 * folder `PERSON_ID` are of the person, whose faces of other packs take them in turn, the oldest first. Throws an Error with one
 * sentence for a person whom several apps have, when no app is given.
 */
export async function planReembedding(
  names: readonly string[],
  inventory: Pick<GalleryInventory, 'findApps' | 'locateFace' | 'describePerson'>,
  { packId, appid }: { readonly packId: string; readonly appid?: string | undefined },
): Promise<ReembedPlan> {
  const byApp = new Map<string, Map<string, Named>>()
  const unknown: string[] = []
  for (const name of names) {
    const key = keyOf(name)
    const face = await inventory.locateFace(key)
    const isWanted = face && (appid === undefined || face.appid === appid)
    const owner = isWanted ? face : await findPerson(key, inventory, appid)
    if (!owner) {
      unknown.push(name)
      continue
    }
    const named = entry(entry(byApp, owner.appid, newPersons), owner.personId, newNamed)
    if (isWanted) named.ofFaces.set(key, name)
    else named.ofPerson.push(name)
  }
  const persons: PersonPlan[] = []
  const needless: string[] = []
  for (const [app, namedPersons] of byApp) {
    for (const [personId, named] of namedPersons) {
      const { faces } = await inventory.describePerson(app, personId)
      const { plan, rest } = sortOut(named, faces, packId)
      if (plan.ofFaces.size + plan.ofPerson.length > 0) persons.push({ appid: app, personId, ...plan })
      needless.push(...rest)
    }
  }
  return { persons, unknown, needless }
}

function sortOut({ ofFaces, ofPerson }: Named, faces: readonly FaceRecord[], packId: string) {
  const old = faces.filter((face) => face.packId !== packId).map(({ faceId }) => faceId)
  const wanted = new Map([...ofFaces].filter(([faceId]) => old.includes(faceId)))
  const rest = [...ofFaces].filter(([faceId]) => !wanted.has(faceId)).map(([, picture]) => picture)
  const otherFaces = old.filter((faceId) => !wanted.has(faceId))
  if (otherFaces.length > 0) return { plan: { ofFaces: wanted, ofPerson, otherFaces }, rest }
  return { plan: { ofFaces: wanted, ofPerson: [], otherFaces }, rest: [...rest, ...ofPerson] }
}

async function findPerson(
  personId: string,
  inventory: Pick<GalleryInventory, 'findApps'>,
  appid: string | undefined,
): Promise<{ readonly appid: string; readonly personId: string } | undefined> {
  const apps = await inventory.findApps(personId)
  const wanted = appid === undefined ? apps : apps.filter((app) => app === appid)
  if (wanted.length > 1) throw new Error(`Several apps have a person ${personId}; say which with --appid.`)
  const [app] = wanted
  return app === undefined ? undefined : { appid: app, personId }
}

/** The name of the folder that a picture lies in, or its own without the ending. */
function keyOf(name: string): string {
  const [first = '', ...below] = name.split('/')
  return below.length > 0 ? first : first.replace(/\.[^.]*$/, '')
}

function newPersons(): Map<string, Named> {
  return new Map()
}

function newNamed(): Named {
  return { ofFaces: new Map(), ofPerson: [] }
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
