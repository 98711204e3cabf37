import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sniffFormat } from '../../src/image/format.js'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

describe('sniffFormat', () => {
  it.each([
    ['nothing', ''],
    ['one byte', '\xff'],
    ['two bytes of a JPEG', '\xff\xd8'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['SVG behind an XML declaration', '<?xml version="1.0"?><svg/>'],
    ['PDF', '%PDF-1.7\n'],
    ['a text that begins with BM', 'BMW is a maker of cars in Munich, and so on'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['HEIC with the generic brand first', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'],
    ['AVIF as the minor version only', '\0\0\0\x14ftypmif1avifmif1'],
    ['AVIF behind the end of the brands', '\0\0\0\x14ftypmif1\0\0\0\0heicavif'],
    ['MP4', '\0\0\0\x18ftypisom\0\0\0\0isommp42'],
    ['JPEG XL', '\xff\x0a\x00\x00'],
    ['JPEG XL in its container', '\0\0\0\x0cJXL \r\n\x87\n'],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
    ['WAV', 'RIFF\x10\0\0\0WAVEfmt '],
    ['ICO', '\0\0\x01\0\x01\0'],
    ['HTML', '<!doctype html><html>'],
    ['a PNG mangled by a text transfer', '\x89PNG\n\x1a\n\0'],
  ])('refuses %s', (_name, text) => {
    expect(sniffFormat(bytes(text))).toBeUndefined()
  })

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('knows %s', async (format) => {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    expect(sniffFormat(await image[format]().toBuffer())).toBe(format)
  })

  it.each([
    ['avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'],
    ['avif', '\0\0\0\x1cftypavis\0\0\0\0avismsf1miaf'],
    ['tiff', 'MM\0*\0\0\0\x08'],
    ['tiff', 'II+\0\x08\0\0\0'],
    ['gif', 'GIF87a\x01\0'],
    ['bmp', `BM${'\0'.repeat(12)}\x28\0\0\0`],
    ['bmp', `BM${'\0'.repeat(12)}\x0c\0\0\0`],
  ])('knows %s by its first bytes alone', (format, text) => {
    expect(sniffFormat(bytes(text))).toBe(format)
  })
})
