/** The example of the original documentation; its keys have been dead since 2019. */
export const EXAMPLE = {
  appid: '10001290',
  bucket: 'tencentyun',
  secretId: 'AKIDgaoOYh2kOmJfWVdH4lpfxScG2zPLPGoK',
  secretKey: 'nwOKDouy5JctNOlnere4gkVoOUz5EYAb',
  issuedAt: 1436077115,
  expiresAt: 1438669115,
}

/** The three published signatures of the example (section 2 of the wire contract). */
export const VECTORS = [
  {
    kind: 'many uses',
    expiresAt: 1438669115,
    fileId: '',
    sign: 'L9U0IuDidww68urljeoq6DIid8hhPTEwMDAxMjkwJmI9dGVuY2VudHl1biZrPUFLSURnYW9PWWgya09tSmZXVmRINGxwZnhTY0cyelBMUEdvSyZlPTE0Mzg2NjkxMTUmdD0xNDM2MDc3MTE1JnI9MTExNjImdT0wJmY9',
  },
  {
    kind: 'many uses, bound',
    expiresAt: 1438669115,
    fileId: 'tencentyunSignTest',
    sign: 'Pzb65w5vL8tMPVBP0w0fCbww7vRhPTEwMDAxMjkwJmI9dGVuY2VudHl1biZrPUFLSURnYW9PWWgya09tSmZXVmRINGxwZnhTY0cyelBMUEdvSyZlPTE0Mzg2NjkxMTUmdD0xNDM2MDc3MTE1JnI9MTExNjImdT0wJmY9dGVuY2VudHl1blNpZ25UZXN0',
  },
  {
    kind: 'single use',
    expiresAt: 0,
    fileId: 'tencentyunSignTest',
    sign: 'DKWF806udLkHcbQXRp31KBmll8FhPTEwMDAxMjkwJmI9dGVuY2VudHl1biZrPUFLSURnYW9PWWgya09tSmZXVmRINGxwZnhTY0cyelBMUEdvSyZlPTAmdD0xNDM2MDc3MTE1JnI9MTExNjImdT0wJmY9dGVuY2VudHl1blNpZ25UZXN0',
  },
]
