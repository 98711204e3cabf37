import { endpointOf, quoteShell, type SampleCall, SECRET_KEY_VARIABLE, SIDES } from './call.js'

/** A POSIX shell script for curl, which signs with openssl. */
export function writeCurl(call: SampleCall): string {
  const { appid, secretId, secretKey } = call
  const key = secretKey === undefined ? `\${${SECRET_KEY_VARIABLE}:?}` : quoteShell(secretKey)
  return `APPID=${quoteShell(appid)}
SECRET_ID=${quoteShell(secretId)}
SECRET_KEY=${key}

NOW=$(date +%s)
TEXT="a=$APPID&b=&k=$SECRET_ID&e=$((NOW + 300))&t=$NOW&r=$$&u=0&f="
MAC() { openssl dgst -sha1 -hmac "$SECRET_KEY" -binary; }
SIGN=$({ printf %s "$TEXT" | MAC; printf %s "$TEXT"; } | openssl base64 -A)

curl -H "Authorization: $SIGN" \\
  --form-string "appid=$APPID" -F return_faces=1 \\
${SIDES.map((side) => `  ${formOption(call, side)} \\\n`).join('')}  ${quoteShell(endpointOf(call))}
`
}

function formOption(call: SampleCall, side: 'A' | 'B'): string {
  const source = call[side]
  if ('url' in source) return `--form-string ${quoteShell(`url${side}=${source.url}`)}`
  return `-F ${quoteShell(`image${side}=@${quoteFileName(source.file)}`)}`
}

/** For curl, in whose forms `;` and `,` end the name of a file unless it is quoted. */
function quoteFileName(name: string): string {
  return /[;,"\\]/.test(name) ? `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : name
}
