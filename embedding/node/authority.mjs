// The commands that each call of the component may send (`send` in wit/capabilities.wit). All other commands are denied,
// and all other names: nothing is removed, renamed or received unless the call is about it.
//
// `<user>`, `<directory>` and `<name>` stand for the values of this upload; `*` at the end stands for anything. To call
// more functions of the component, add a row for each, with the commands that this function needs:
// 'remove': ['DELE <name>'].

/** They change nothing. The component asks by them, and prepares transfers. */
const QUESTIONS = ['NOOP', 'FEAT', 'PWD', 'TYPE I', 'OPTS UTF8 ON', 'OPTS HASH *', 'CLNT *', 'SIZE *'];
const HASHES = ['HASH *', 'XSHA256 *', 'XSHA1 *', 'XMD5 *', 'XCRC *', 'MD5 *'];
const DATA = ['EPSV', 'PASV'];

const PERMITTED = {
  open: ['NOOP', 'USER <user>', 'AUTH TLS', 'PBSZ 0', 'PROT P'],
  enter: [...QUESTIONS, 'CWD <directory>'],
  look: QUESTIONS,
  modified: [...QUESTIONS, 'MDTM <name>'],
  store: [...QUESTIONS, ...HASHES, ...DATA, 'STOR <name>'],
  compare: [...QUESTIONS, ...HASHES],
  // Of the directory itself, so that no CWD is needed.
  list: [...QUESTIONS, ...DATA, 'MLSD', 'LIST', 'LIST -a'],
  quit: ['NOOP', 'QUIT'],
};

/** Permitted only once in a call. */
const ONCE = ['USER', 'STOR'];

export class Authority {
  #words;
  #call;
  #permitted = [];

  /** `words` are the bytes for user, directory and name. */
  constructor(words) {
    this.#words = Object.fromEntries(
      Object.entries(words).map(([name, bytes]) => [`<${name}>`, Buffer.from(bytes).toString('latin1')]),
    );
  }

  /** Must be called before each call of the component. */
  begin(call) {
    this.#call = call;
    this.#permitted = PERMITTED[call].map((row) => row.replace(/<\w+>$/, (word) => this.#words[word]));
  }

  /** Returns true if all of these lines, with their ends, may be sent. */
  permits(lines) {
    const permitted = lines.every((line) => this.#permitted.some((row) => matches(row, line.slice(0, -2))));
    if (permitted) this.#permitted = this.#permitted.filter((row) => !lines.some((line) => isUsedUp(row, line)));
    return permitted;
  }

  /** Returns true if the component may ask for the password to be sent. */
  permitsPassword() {
    return this.#call === 'open';
  }

  /** Returns true if the component may receive a listing. */
  permitsListing() {
    return this.#call === 'list';
  }
}

/** A name that ends with `*` is no pattern: only the rows that end with ' *' have one, and names follow their verb. */
function matches(row, line) {
  return row === line || (row.endsWith(' *') && isQuestion(row) && line.startsWith(row.slice(0, -1)));
}

const isQuestion = (row) => QUESTIONS.includes(row) || HASHES.includes(row);

const isUsedUp = (row, line) => `${row}\r\n` === line && ONCE.includes(row.split(' ')[0]);
