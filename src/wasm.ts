/** As much of the language's own namespace as is used here: the types of Node do not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

const PAGE_BYTES = 65_536

/** @param code base64 */
export function compile(code: string): object {
  return new WebAssembly.Module(Buffer.from(code, 'base64'))
}

/** What a module exports, with memory of its own. */
export function instantiate(module: object): unknown {
  return new WebAssembly.Instance(module).exports
}

/** The memory, at least so many bytes; valid until it grows again. Throws RangeError where there is no more. */
export function growTo(memory: WasmMemory, bytes: number): ArrayBuffer {
  const missing = bytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return memory.buffer
}
