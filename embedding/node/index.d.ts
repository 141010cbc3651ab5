// The types of the package (index.mjs).

/** An upload of one file. */
export interface Upload {
  /** The name or address of the server. */
  host: string;
  /** Default: 21, or 990 with implicit TLS. */
  port?: number;
  user: string;
  /** The component never sees it. */
  password: string | Uint8Array;
  /** The path of the local file. */
  file: string;
  /** The directory on the server, which must exist. */
  directory: string;
  /** The name in that directory. Default: the name of the local file. */
  name?: string;
  /** Default: 'explicit', or 'off' for localhost and loopback addresses. */
  tls?: 'explicit' | 'implicit' | 'off';
  /** The certificates of the authorities to trust instead of the platform's, as PEM. */
  ca?: string | Uint8Array;
  /** True to list the directory afterwards. */
  list?: boolean;
  /** Called after each transferred part. */
  onProgress?: (progress: { readonly sent: number; readonly size: number }) => void;
  /** Called with a sentence for the user that is about no failure. */
  onNotice?: (notice: string) => void;
  /** Ends the upload. The data connection is reset, so that the server does not take a part for the whole file. */
  signal?: AbortSignal;
}

/** A file that the server has stored. */
export interface Stored {
  /** In bytes. */
  size: number;
  /** The evidence for it. Without one, there is only the server's reply. */
  proof?: 'size' | 'sha256' | 'sha1' | 'md5' | 'crc32';
  /** With `list`: the first 500 names in the directory. They are bytes, and text of the server. */
  names: Uint8Array[];
}

/** Uploads one file in one try, over one connection. Throws `Failure`, `UsageError`, or an error of the local file. */
export function upload(options: Upload): Promise<Stored>;

/** The file was not stored, or it is unknown whether it is. The message is one line, safe to print. */
export class Failure extends Error {
  /** 10: the outcome is unknown, or the server has other contents. Look before you send the file again. */
  readonly status: 1 | 10;
}

/** An option is not valid. Nothing was sent. */
export class UsageError extends Error {
  readonly status: 2;
}
