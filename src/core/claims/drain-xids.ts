/**
 * XID codes after which NVIDIA wants the GPU reset or the machine restarted before anything runs on it again: while one of them stands, the node is
 * drained, not for sale. From NVIDIA's "Analyzing Xid Errors with the Xid Catalog" (docs.nvidia.com/deploy/xid-errors, immediate actions RESET_GPU and
 * RESTART_BM, as of October 2025); 46 and 48 also from the Xid checks of NVIDIA Health Validation for GB200 and GB300, which say `drain`.
 */
export const drainXids: ReadonlyMap<number, string> = new Map([
  [46, 'GPU stopped processing'],
  [48, 'double-bit ECC error'],
  [62, 'internal micro-controller halt'],
  [64, 'GPU memory remapping failure'],
  [79, 'GPU has fallen off the bus'],
  [95, 'uncontained memory error'],
  [109, 'context switch timeout'],
  [110, 'security fault'],
  [119, 'GSP RPC timeout'],
  [120, 'GSP error'],
  [136, 'link training failed'],
  [140, 'unrecovered ECC error'],
  [143, 'GPU initialization error'],
  [155, 'NVLink: software-defined error'],
  [156, 'resource retirement event'],
  [158, 'GPU fatal timeout'],
])

/** The first code of an hour that means drain; 0 where there is none. */
export const drainXidOf = (codes: readonly number[] | undefined): number => codes?.find((code) => drainXids.has(code)) ?? 0
