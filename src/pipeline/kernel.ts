import { compile, growTo, instantiate, type WasmMemory } from '../wasm.js'
import { KERNEL_CODE } from './kernel-code.js'

/** What kernel.wat exports; it says what the arguments are. Addresses, sizes and strides are in bytes. */
interface Exports {
  readonly memory: WasmMemory
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
  multiplyListed(list: number, columns: number, count: number, vector: number, out: number): void
}

const module = compile(KERNEL_CODE)

/** The kernel with memory of its own. */
export class Kernel {
  // Boundary code: the exports are those of kernel.wat.
  readonly #exports = instantiate(module) as Exports
  readonly sample = this.#exports.sample
  readonly halve = this.#exports.halve
  readonly pool = this.#exports.pool
  readonly multiply = this.#exports.multiply
  readonly multiplyListed = this.#exports.multiplyListed

  /** The memory that it works on, at least so many bytes, which grows to the largest. Stays valid until the next call. */
  reserve(bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(growTo(this.#exports.memory, bytes))
  }
}

/** Its memory is this thread's scratch paper: no result depends on what the same call did not write. */
export const scratch = new Kernel()
