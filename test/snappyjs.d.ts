/** The part that tests use of a package that brings no types. */
declare module 'snappyjs' {
  const snappy: { compress: (bytes: Buffer) => Buffer; uncompress: (bytes: Buffer, bytesMax?: number) => Buffer }
  export default snappy
}
