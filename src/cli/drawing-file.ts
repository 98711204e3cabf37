import { InvalidArgumentError } from 'commander'
import type { DrawingFormat } from '../image/draw.js'

/** Of an option, before the work: what is written must be what its name says. */
export function parseDrawing(file: string): string {
  if (formatOf(file)) return file
  throw new InvalidArgumentError('A drawing is a PNG or a JPEG: expected a name that ends with .png or .jpg.')
}

/** Of a name that {@link parseDrawing} let through. */
export function drawingFormat(file: string): DrawingFormat {
  return formatOf(file) ?? 'png'
}

function formatOf(file: string): DrawingFormat | undefined {
  if (/\.png$/i.test(file)) return 'png'
  return /\.(jpe?g|jpe|jfif)$/i.test(file) ? 'jpeg' : undefined
}
