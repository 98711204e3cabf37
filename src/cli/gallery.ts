import type { Command } from 'commander'
import type { GalleryInventory, ListedPerson, PersonFile } from '../gallery/gallery.js'
import type { GalleryStore } from '../store/store.js'
import { addReembedCommand } from './gallery-reembed.js'
import { checkWritable, writePrivately } from './output-file.js'
import { printable } from './printable.js'
import { printJson, printLines } from './report.js'
import { useGallery } from './use-gallery.js'

interface AppOption {
  readonly appid?: string
}

interface JsonOption {
  readonly json?: boolean
}

const APP_HELP = 'the app of the person; needed where several apps have one of that id'

export function addGalleryCommand(program: Command): void {
  const gallery = program
    .command('gallery')
    .description('Shows, exports and deletes enrolled persons, also while the service runs.')
  gallery
    .command('list')
    .description('Lists the enrolled persons, oldest first.')
    .option('--appid <appid>', 'only those of this app')
    .option('--group <group_id>', 'only those of this group')
    .option('--json', 'print JSON')
    .action((options: ListOptions) => useGallery((store) => listPersons(store.inventory, options)))
  gallery
    .command('show')
    .description('Shows what is kept of a person.')
    .argument('<person_id>')
    .option('--appid <appid>', APP_HELP)
    .option('--json', 'print JSON')
    .action((personId: string, options: AppOption & JsonOption) =>
      useGallery((store) => showPerson(store.inventory, personId, options)),
    )
  gallery
    .command('delete')
    .description('Deletes persons for good, with all their faces (docs/privacy.md says what backups keep).')
    .argument('<person_id...>')
    .option('--appid <appid>', APP_HELP)
    .option('--json', 'print JSON')
    .action((personIds: string[], options: AppOption & JsonOption) =>
      useGallery((store) => deletePersons(store, personIds, options)),
    )
  gallery
    .command('export')
    .description('Writes all that is kept of a person as JSON, but for the numbers that the faces are recognised by.')
    .argument('<person_id>')
    .argument('<file>', 'the file to write, for its owner alone; "-" prints it')
    .option('--appid <appid>', APP_HELP)
    .action((personId: string, file: string, options: AppOption) =>
      useGallery((store) => exportPerson(store.inventory, { personId, file }, options)),
    )
  addReembedCommand(gallery)
}

interface ListOptions extends AppOption, JsonOption {
  readonly group?: string
}

async function listPersons(inventory: GalleryInventory, { appid, group, json }: ListOptions): Promise<void> {
  const found: ListedPerson[] = []
  for await (const page of inventory.listAll()) {
    const wanted = page.filter((person) => {
      return (appid === undefined || person.appid === appid) && (group === undefined || person.groupIds.includes(group))
    })
    found.push(...wanted)
  }
  if (json) return printJson(found)
  if (found.length === 0) return printLines(['Nobody is enrolled.'])
  const rows = found.map(({ appid, personId, name, groupIds, faces, createdAt }) => [
    appid,
    printable(personId),
    printable(name),
    String(faces),
    createdAt.toISOString(),
    printable(groupIds.join(' ')),
  ])
  const heads = ['appid', 'person_id', 'name', 'faces', 'enrolled', 'groups']
  const { formatTable } = await import('./table.js')
  printLines(formatTable([heads, ...rows], ['left', 'left', 'left', 'right']))
}

async function showPerson(
  inventory: GalleryInventory,
  personId: string,
  options: AppOption & JsonOption,
): Promise<void> {
  const appid = await findApp(inventory, personId, options)
  const file = await inventory.describePerson(appid, personId)
  if (options.json) return printJson(describe(appid, file))
  const { person, faces } = file
  printLines([
    `appid      ${appid}`,
    `person_id  ${printable(personId)}`,
    `name       ${printable(person.name)}`,
    `tag        ${printable(person.tag)}`,
    `enrolled   ${person.createdAt.toISOString()}`,
    `groups     ${printable(person.groupIds.join(' '))}`,
    ...faces.map((face) => {
      const tag = face.tag === '' ? '' : `  ${printable(face.tag)}`
      return `face       ${face.faceId}  made ${face.madeAt.toISOString()} by ${face.packId}${tag}`
    }),
  ])
}

async function deletePersons(
  { repository, inventory }: GalleryStore,
  personIds: readonly string[],
  options: AppOption & JsonOption,
): Promise<void> {
  // All are looked up first: a slip in the last one keeps the others from being deleted.
  const found = []
  for (const personId of new Set(personIds))
    found.push({ appid: await findApp(inventory, personId, options), personId })
  for (const { appid, personId } of found) await repository.deletePerson(appid, personId)
  if (options.json) return printJson({ deleted: found })
  printLines(found.map(({ appid, personId }) => `${printable(personId)} of the app ${appid} is deleted.`))
}

async function exportPerson(
  inventory: GalleryInventory,
  { personId, file }: { readonly personId: string; readonly file: string },
  options: AppOption,
): Promise<void> {
  if (file !== '-') await checkWritable(file)
  const appid = await findApp(inventory, personId, options)
  const text = `${JSON.stringify(describe(appid, await inventory.describePerson(appid, personId)), null, 2)}\n`
  if (file === '-') process.stdout.write(text)
  else await writePrivately(file, text)
}

function describe(appid: string, { person, faces }: PersonFile) {
  const { personId, name, tag, createdAt, groupIds } = person
  return {
    appid,
    personId,
    name,
    tag,
    createdAt,
    groupIds,
    faces: faces.map(({ faceId, tag, madeAt, packId, attributes }) => ({ faceId, tag, madeAt, packId, attributes })),
  }
}

async function findApp(inventory: GalleryInventory, personId: string, { appid }: AppOption): Promise<string> {
  const apps = await inventory.findApps(personId)
  const [found, another] = appid === undefined ? apps : apps.filter((app) => app === appid)
  if (found === undefined)
    throw new Error(`There is no person ${personId}${appid === undefined ? '' : ' in this app'}.`)
  if (another !== undefined) throw new Error(`Several apps have a person ${personId}; say which with --appid.`)
  return found
}
