/** Where a running lakehouse is and what opens it. Plain values, so that it can be handed to other processes. */
export interface LakehouseAddress {
  /** The name that the certificate is made out to. */
  readonly host: 'localhost';
  readonly port: number;
  /** The HTTP path of its one SQL warehouse. */
  readonly path: string;
  /** Access tokens: `owner` may do everything, `reader` reads the sample, `outsider` may not use the warehouse. */
  readonly tokens: { readonly owner: string; readonly reader: string; readonly outsider: string };
  /** A service principal that reads the sample: the user `principal`. */
  readonly oauth: { readonly clientId: string; readonly clientSecret: string };
  /** A PEM file with the authority that signed the certificate. */
  readonly certificateFile: string;
  /** Where the control listens; it holds a secret path. */
  readonly controlUrl: string;
}
