/** Random bytes drawn in blocks: a draw of 16 bytes costs a system call's worth of work, a slice of a block does not. */
export const randomPool = (draw: (bytes: number) => Uint8Array, blockBytes = 8192): ((count: number) => Uint8Array) => {
  let block: Uint8Array = new Uint8Array(0)
  let used = 0
  return (count) => {
    if (count > blockBytes) return draw(count)
    if (used + count > block.length) {
      block = draw(blockBytes)
      used = 0
    }
    used += count
    return block.subarray(used - count, used)
  }
}
