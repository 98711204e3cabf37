/** A decoded picture: always upright, sRGB, 8 bits, three interleaved channels (RGBRGB...), row by row from the top left. */
export interface Image {
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  /** `3 * width * height` bytes. */
  readonly data: Uint8Array
}
