import { endpointOf, quoteDouble, type SampleCall, SECRET_KEY_VARIABLE, SIDES } from './call.js'

/** A program for Python 3.8 or later, without other packages. */
export function writePython(call: SampleCall): string {
  const { appid, secretId, secretKey } = call
  const key = secretKey === undefined ? `os.environ[${quoteDouble(SECRET_KEY_VARIABLE)}]` : quoteDouble(secretKey)
  const needsPicture = SIDES.some((side) => 'file' in call[side])
  return `import base64, hashlib, hmac, json, os, pathlib, random, time
from urllib import error, request

appid = ${quoteDouble(appid)}
secret_id = ${quoteDouble(secretId)}
secret_key = ${key}

def sign(seconds=300):
    now = int(time.time())
    text = f"a={appid}&b=&k={secret_id}&e={now + seconds}&t={now}&r={random.randrange(10**9)}&u=0&f="
    mac = hmac.new(secret_key.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(mac + text.encode()).decode()
${needsPicture ? PICTURE : ''}
body = {
    "appid": appid,
${SIDES.map((side) => `    ${field(call, side)},\n`).join('')}    "return_faces": 1,
}
headers = {"Authorization": sign(), "Content-Type": "application/json"}
call = request.Request(${quoteDouble(endpointOf(call))}, json.dumps(body).encode(), headers)
try:
    answer = request.urlopen(call)
except error.HTTPError as refusal:  # it says in JSON, too, what was wrong
    answer = refusal
print(json.dumps(json.load(answer), indent=2))
`
}

const PICTURE = `
def picture(path):
    return base64.b64encode(pathlib.Path(path).read_bytes()).decode()
`

function field(call: SampleCall, side: 'A' | 'B'): string {
  const source = call[side]
  if ('url' in source) return `"url${side}": ${quoteDouble(source.url)}`
  return `"image${side}": picture(${quoteDouble(source.file)})`
}
