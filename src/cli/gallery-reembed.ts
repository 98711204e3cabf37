import type { Command } from 'commander'
import { addPackOption } from './engine-options.js'
import type { ReembedFlags } from './reembed.js'

export function addReembedCommand(gallery: Command): void {
  const command = gallery
    .command('reembed')
    .description('Makes faces anew, from their pictures, that another model pack has made.')
    .argument('<folder>', 'pictures named FACE_ID.jpg or PERSON_ID.jpg, or in a folder PERSON_ID')
    .option('--appid <appid>', 'only persons of this app')
    .option('--json', 'print JSON')
    .action(async (folder: string, flags: ReembedFlags) => {
      const { reembed } = await import('./reembed.js')
      await reembed(folder, flags)
    })
  addPackOption(command)
}
