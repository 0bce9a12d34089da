/** Words of the template language (SparkPost API reference, “Template language”) that no substitution key may be. */
const RESERVED = new Set(
  (
    'address email email_id env_from return_path and break do else elseif end false for function if local ' +
    'nil not or each return then true until while'
  ).split(' '),
);

/** Why a name cannot be a key of substitution data, or undefined. */
export function checkSubstitutionKey(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return `“${name}” has to be made of ASCII letters, digits and underscores, and not to begin with a digit.`;
  }
  return RESERVED.has(name) ? `“${name}” is a word of SparkPost’s template language.` : undefined;
}

/**
 * The JSON array of recipients: `email` and `name` make the address, other fields the substitution data. All values go as text, since
 * numbers are 32 bits wide in this API. A row without an address is left out, as the runner has rejected it.
 */
export function encodeRecipients(
  fields: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string {
  const email = fields.indexOf('email');
  const name = fields.indexOf('name');
  const keys = fields.map((key, index) =>
    index === email || index === name ? '' : `${JSON.stringify(key)}:`,
  );
  const recipients: string[] = [];
  for (const row of rows) {
    const address = row[email];
    if (address == null) continue;
    const named = row[name];
    let recipient = `{"address":{"email":${JSON.stringify(address)}`;
    if (named != null) recipient += `,"name":${JSON.stringify(named)}`;
    recipient += '}';
    let pairs = '';
    keys.forEach((key, index) => {
      const value = row[index];
      if (key === '' || value == null) return;
      pairs += `${pairs === '' ? '' : ','}${key}${JSON.stringify(value)}`;
    });
    recipients.push(pairs === '' ? `${recipient}}` : `${recipient},"substitution_data":{${pairs}}}`);
  }
  return `[${recipients.join(',')}]`;
}
