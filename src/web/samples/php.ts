import { endpointOf, quotePhp, type SampleCall, SECRET_KEY_VARIABLE, SIDES } from './call.js'

/** A program for PHP 7.4 or later, without extensions. */
export function writePhp(call: SampleCall): string {
  const { appid, secretId, secretKey } = call
  const key = secretKey === undefined ? `getenv(${quotePhp(SECRET_KEY_VARIABLE)})` : quotePhp(secretKey)
  return `<?php
$appid = ${quotePhp(appid)};
$secretId = ${quotePhp(secretId)};
$secretKey = ${key};

$now = time();
$text = "a=$appid&b=&k=$secretId&e=" . ($now + 300) . "&t=$now&r=" . random_int(0, 999999999) . '&u=0&f=';
$sign = base64_encode(hash_hmac('sha1', $text, $secretKey, true) . $text);

$body = json_encode([
    'appid' => $appid,
${SIDES.map((side) => `    ${field(call, side)},\n`).join('')}    'return_faces' => 1,
]);
$call = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => "Authorization: $sign\\r\\nContent-Type: application/json\\r\\n",
    'content' => $body,
    'ignore_errors' => true, // refusals say in JSON, too, what was wrong
]]);
$answer = file_get_contents(${quotePhp(endpointOf(call))}, false, $call);
echo json_encode(json_decode($answer), JSON_PRETTY_PRINT), "\\n";
`
}

function field(call: SampleCall, side: 'A' | 'B'): string {
  const source = call[side]
  if ('url' in source) return `'url${side}' => ${quotePhp(source.url)}`
  return `'image${side}' => base64_encode(file_get_contents(${quotePhp(source.file)}))`
}
