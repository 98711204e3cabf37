// What the samples of the documents call when they say `npm`: what would take long is checked for being there.
// `npm start` is refused with settings that the service would refuse, and starts it where the test asks for that.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)
const [command, ...rest] = process.argv.slice(2)
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

if (command === 'ci') {
  if (!existsSync(new URL('package-lock.json', root))) fail('There is no package-lock.json.')
} else if (command === 'run' || command === 'start' || command === 'test') {
  const name = command === 'run' ? rest[0] : command
  if (scripts[name] === undefined) fail(`package.json has no script "${name}".`)
  if (name === 'start') await start()
} else fail(`No sample may call "npm ${command}".`)

async function start() {
  const { readConfig } = await import('../../dist/config.js')
  readConfig(process.env)
  if (process.env.SAMPLE_STARTS !== '1') return
  process.argv = [process.argv[0], fileURLToPath(new URL('dist/cli/main.js', root)), 'serve']
  await import('../../dist/cli/main.js')
}

function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
