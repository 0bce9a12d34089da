/** The fingerprint of the canned SFTP server. */
export const SERVER_KEY = 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8';
