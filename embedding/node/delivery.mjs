// Delivers one file in one try: the questions to the server before and after, so that only proved facts are reported.
// The rules are those of the program (delivery/src/lib.rs), as far as they apply to a single try.

const SETTLING = 500; // Milliseconds between two queries: a server may still be writing received data to its disk.
const LOOKS = 5;

/** Stores the file. Returns the proof of the server's success: the name of a hash, 'size', or undefined. */
export function deliver(session, file, name) {
  const isWhole = ({ tag, val }) => tag === 'bytes' && val === file.size();
  const before = session.look(name);
  const dated = isWhole(before) ? session.modified(name) : undefined;
  const proof = store(session, file, name, isWhole);
  if (proof !== 'size' || !(before.tag === 'untold' || isWhole(before))) return proof;
  // The size may be that of the old file, if the server has stored ours under another name, or not at all.
  const now = dated === undefined ? undefined : session.modified(name);
  return now !== undefined && now !== dated ? proof : undefined;
}

function store(session, file, name, isWhole) {
  try {
    const plan = { placement: { tag: 'replace' }, verify: 'best', defer: false };
    const { sent, verified } = session.store(file, name, plan);
    if (sent !== file.size()) throw new Error('the component claims to have sent what it has not');
    return verified.tag === 'hash' ? verified.val : verified.tag === 'size' ? 'size' : undefined;
  } catch (error) {
    if (!isDisagreement(error.payload)) throw error;
    return lookAgain(session, file, name, isWhole, error);
  }
}

/** The server replied that the file is stored, but reports a different size or hash. That may change within seconds. */
function lookAgain(session, file, name, isWhole, error) {
  const isCorrupt = error.payload.tag === 'corrupt';
  for (let looks = isCorrupt ? 1 : LOOKS; looks > 0; looks -= 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLING);
    if (isCorrupt) {
      const { tag, val } = session.compare(file, name, file.size());
      if (tag === 'same') return val;
    } else if (isWhole(session.look(name))) {
      return 'size';
    }
  }
  throw error;
}

/** Returns true if the server replied that the file is stored, and then contradicted that. */
export function isDisagreement(failure) {
  return ['mismatch', 'missing', 'corrupt'].includes(failure?.tag);
}
