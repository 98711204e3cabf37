/** Text for an element or a quoted attribute; control characters, which a page may not hold, become question marks. */
export function escapeHtml(text: string): string {
  return text
    .replace(/\p{Cc}/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/**
 * A page that needs nothing else: no script, no request to anywhere. The policy holds it to that, whatever a file name tries.
 *
 * @param title and `lang` are text, `style` and `body` are markup that is safe as it stands
 */
export function formatPage({
  lang,
  title,
  style,
  body,
}: Readonly<Record<'lang' | 'title' | 'style' | 'body', string>>) {
  return `<!doctype html>
<html lang="${escapeHtml(lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`
}
