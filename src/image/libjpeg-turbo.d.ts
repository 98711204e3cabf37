/** The parts of libjpeg-turbo in WebAssembly that are used; the package brings no types. */
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  interface FrameInfo {
    readonly width: number
    readonly height: number
    readonly componentCount: number
  }

  export interface JPEGDecoder {
    /** Room for so many bytes of a file, in the module's memory. */
    getEncodedBuffer(length: number): Uint8ClampedArray
    /** Throws a number for what is truncated or corrupt, including what libjpeg merely warns of. */
    decode(): void
    getFrameInfo(): FrameInfo
    /** A view into the module's memory, good until the next call. */
    getDecodedBuffer(): Uint8ClampedArray
  }

  interface LibJpegTurbo {
    readonly JPEGDecoder: new () => JPEGDecoder
  }

  export default function load(options: {
    readonly print: (line: string) => void
    readonly printErr: (line: string) => void
  }): Promise<LibJpegTurbo>
}
