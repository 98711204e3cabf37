import { endpointOf, quoteDouble, type SampleCall, SECRET_KEY_VARIABLE, SIDES } from './call.js'

/** A module for Node.js 20 or later, without other packages. */
export function writeTypeScript(call: SampleCall): string {
  const { appid, secretId, secretKey } = call
  const key = secretKey === undefined ? `process.env.${SECRET_KEY_VARIABLE} ?? ''` : quoteDouble(secretKey)
  const readsFiles = SIDES.some((side) => 'file' in call[side])
  return `import { createHmac } from 'node:crypto'
${readsFiles ? "import { readFile } from 'node:fs/promises'\n" : ''}
const appid = ${quoteDouble(appid)}
const secretId = ${quoteDouble(secretId)}
const secretKey = ${key}

function sign(seconds = 300): string {
  const now = Math.floor(Date.now() / 1000)
  const random = Math.floor(Math.random() * 1e9)
  const text = \`a=\${appid}&b=&k=\${secretId}&e=\${now + seconds}&t=\${now}&r=\${random}&u=0&f=\`
  const mac = createHmac('sha1', secretKey).update(text).digest()
  return Buffer.concat([mac, Buffer.from(text)]).toString('base64')
}

const form = new FormData()
form.set('appid', appid)
${SIDES.map((side) => `${field(call, side)}\n`).join('')}form.set('return_faces', '1')

const response = await fetch(${quoteDouble(endpointOf(call))}, {
  method: 'POST',
  headers: { Authorization: sign() },
  body: form,
})
console.log(JSON.stringify(await response.json(), null, 2))
`
}

function field(call: SampleCall, side: 'A' | 'B'): string {
  const source = call[side]
  if ('url' in source) return `form.set('url${side}', ${quoteDouble(source.url)})`
  return `form.set('image${side}', new Blob([await readFile(${quoteDouble(source.file)})]), 'image${side}')`
}
