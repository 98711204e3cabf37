import { KERNEL_CODE } from './kernel-code.js'

/** As much of the language's own namespace as is used here: the types of Node do not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** What kernel.wat exports; it says what the arguments are. Addresses, sizes and strides are in bytes. */
interface Kernel {
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
  multiply(rows: number, columns: number, count: number, vector: number, out: number): void
}

const PAGE_BYTES = 65_536

// Boundary code: the exports are those of kernel.wat.
const kernel = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNEL_CODE, 'base64'))).exports as Kernel

export const { sample, multiply } = kernel

/**
 * The memory that the kernel works on, at least so many bytes: this thread's scratch paper, which holds nothing from one use
 * to the next and grows to the largest. It stays valid until the next call.
 */
export function reserve(bytes: number): Uint8Array<ArrayBuffer> {
  const { memory } = kernel
  const missing = bytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return new Uint8Array(memory.buffer)
}
