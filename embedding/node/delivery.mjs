// One file, one try: what the server is asked before and after, so that no more is claimed than was proved. The rules are
// those that the program has (delivery/src/lib.rs), as far as one try needs them.

const SETTLING = 500; // Milliseconds between two looks: a server may still be writing down what it has received.
const LOOKS = 5;

/** Stores the file. Gives what backs up the server's word that it has it: the name of a hash, 'size', or undefined. */
export function deliver(session, file, name) {
  const isWhole = ({ tag, val }) => tag === 'bytes' && val === file.size();
  const before = session.look(name);
  const dated = isWhole(before) ? session.modified(name) : undefined;
  const proof = store(session, file, name, isWhole);
  if (proof !== 'size' || !(before.tag === 'untold' || isWhole(before))) return proof;
  // It may be the old file's, if the server has stored ours elsewhere, or not at all.
  const now = dated === undefined ? undefined : session.modified(name);
  return now !== undefined && now !== dated ? proof : undefined;
}

function store(session, file, name, isWhole) {
  try {
    const plan = { placement: { tag: 'replace' }, verify: 'best' };
    const { sent, verified } = session.store(file, name, plan);
    if (sent !== file.size()) throw new Error('the component claims to have sent what it has not');
    return verified.tag === 'hash' ? verified.val : verified.tag === 'size' ? 'size' : undefined;
  } catch (error) {
    if (!isDisagreement(error.payload)) throw error;
    return lookAgain(session, file, name, isWhole, error);
  }
}

/** The server has said that the file is stored. What does not fit may do so in a moment. */
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

/** Whether the server has said that the file is stored, and then something that does not fit. */
export function isDisagreement(failure) {
  return ['mismatch', 'missing', 'corrupt'].includes(failure?.tag);
}
