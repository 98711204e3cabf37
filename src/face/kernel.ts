import { KERNEL_CODE } from './kernel-code.js'

/** As much of the language's own namespace as is used here: the types of Node do not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** What kernel.wat exports; it says what the arguments are. Addresses, sizes and strides are in bytes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  sample(
    image: number,
    stride: number,
    x: number,
    y: number,
    dx: number,
    dy: number,
    count: number,
    out: number,
    plane: number,
  ): void
  halve(rows: number, stride: number, count: number, out: number): void
  pool(maps: number, plane: number, count: number, cells: number, ends: number, out: number): void
  multiply(rows: number, columns: number, count: number, vector: number, out: number): void
}

const PAGE_BYTES = 65_536

const module = new WebAssembly.Module(Buffer.from(KERNEL_CODE, 'base64'))

/** The kernel with memory of its own. */
export class Kernel {
  // Boundary code: the exports are those of kernel.wat.
  readonly #exports = new WebAssembly.Instance(module).exports as Exports
  readonly sample = this.#exports.sample
  readonly halve = this.#exports.halve
  readonly pool = this.#exports.pool
  readonly multiply = this.#exports.multiply

  /** The memory that it works on, at least so many bytes, which grows to the largest. Stays valid until the next call. */
  reserve(bytes: number): Uint8Array<ArrayBuffer> {
    const { memory } = this.#exports
    const missing = bytes - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
    return new Uint8Array(memory.buffer)
  }
}

/** Its memory is this thread's scratch paper: nothing in it is read that the same call did not write. */
export const scratch = new Kernel()
