import { isObject, parseJson, textOf, type JsonObject } from './json-shape.ts';
import { tikTokError, tikTokOk, tikTokRefusals, wrongParameter } from './tiktok-answers.ts';
import {
  createFileAudience,
  deleteFileAudiences,
  getFileAudiences,
  listFileAudiences,
  updateFileAudience,
  uploadFile,
  type FileAudience,
  type FileWorld,
} from './tiktok-files.ts';
import { changeSegment, mapSegment, type Segment, type SegmentWorld } from './tiktok-segments.ts';
import { serveVendor, type VendorAnswer, type VendorRequest, type VendorServer } from './vendor-server.ts';

/** How the emulator is set up. */
export interface TikTokOptions {
  readonly token?: string;
  readonly advertiserId?: string;
  /** Whether the app may read audiences (scope 30) and change them (scope 31). */
  readonly mayRead?: boolean;
  readonly mayWrite?: boolean;
  /** Rows and bytes of a streaming call: not published, these are what other senders keep to. */
  readonly maxRows?: number;
  readonly maxBytes?: number;
  readonly maxFileBytes?: number;
  readonly minimumSize?: number;
  readonly settleReads?: number;
}

/** An emulated advertiser at TikTok. */
export interface TikTok extends VendorServer {
  readonly token: string;
  readonly advertiserId: string;
  /** Audiences filled by streaming. */
  readonly segments: ReadonlyMap<string, Segment>;
  /** Audiences made of files. */
  readonly audiences: ReadonlyMap<string, FileAudience>;
}

const BASE = '/open_api/v1.3';

function checkToken(given: string | undefined, token: string): VendorAnswer | undefined {
  if (given === undefined)
    return tikTokError(40_104, 'Access token is empty. Set it in the header as Access-Token.');
  return given === token ? undefined : tikTokRefusals.unauthorized();
}

/** Starts an advertiser at TikTok, under `/open_api/v1.3`: streaming segments and audiences of files. */
export async function startTikTok(options: TikTokOptions = {}): Promise<TikTok> {
  const token = options.token ?? 'tiktok-test-token-0123456789abcdef';
  const advertiserId = options.advertiserId ?? '7012345678901234567';
  const maxBytes = options.maxBytes ?? 1_048_576;
  const segments = new Map<string, Segment>();
  const audiences = new Map<string, FileAudience>();
  let lastId = 7_100_000_000_000_000_000n;
  const nextId = (): string => String((lastId += 1n));
  const segmentWorld: SegmentWorld = { advertiserId, segments, maxRows: options.maxRows ?? 1000, nextId };
  const fileWorld: FileWorld = {
    advertiserId,
    audiences,
    segments,
    files: new Map(),
    maxFileBytes: options.maxFileBytes ?? 50_000_000,
    minimumSize: options.minimumSize ?? 1000,
    settleReads: options.settleReads ?? 0,
    nextId,
  };

  const withBody = (
    request: VendorRequest,
    limit: number,
    act: (body: JsonObject) => VendorAnswer,
  ): VendorAnswer => {
    if (request.headers['content-type']?.startsWith('application/json') !== true) {
      return wrongParameter('The content type must be application/json.');
    }
    if (request.body.length > limit) return wrongParameter('The request is too large.');
    const body = parseJson(request.body.toString('utf8'));
    return isObject(body) ? act(body) : wrongParameter('The body is no JSON object.');
  };

  const onFiles = (
    request: VendorRequest,
    act: (body: JsonObject, world: FileWorld) => VendorAnswer,
  ): VendorAnswer =>
    withBody(request, 1_000_000, (body) => {
      if (body['advertiser_id'] !== advertiserId)
        return wrongParameter('advertiser_id: Not a valid advertiser.');
      return act(body, fileWorld);
    });

  const describeAdvertisers = (query: URLSearchParams): VendorAnswer => {
    const ids = parseJson(query.get('advertiser_ids') ?? '');
    if (!Array.isArray(ids) || ids.length === 0) return wrongParameter('advertiser_ids: Missing data.');
    if (!ids.every((id) => id === advertiserId))
      return tikTokError(40_001, 'No permission to operate the advertiser.');
    return tikTokOk({
      list: [{ advertiser_id: advertiserId, name: 'Example', status: 'STATUS_ENABLE', country: 'US' }],
    });
  };

  const withAdvertiser = (query: URLSearchParams, act: () => VendorAnswer): VendorAnswer =>
    textOf(query.get('advertiser_id')) === advertiserId
      ? act()
      : wrongParameter('advertiser_id: Not a valid advertiser.');

  const route = (request: VendorRequest, path: string): VendorAnswer | undefined => {
    const { query } = request;
    switch (`${request.method} ${path}`) {
      case 'GET /user/info/':
        return tikTokOk({ core_user_id: '1', display_name: 'Example', email: 'o***@example.com' });
      case 'GET /advertiser/info/':
        return describeAdvertisers(query);
      case 'POST /segment/audience/':
        return withBody(request, maxBytes, (body) => changeSegment(body, segmentWorld));
      case 'POST /segment/mapping/':
        return withBody(request, maxBytes, (body) => mapSegment(body, segmentWorld));
      case 'POST /dmp/custom_audience/file/upload/':
        return uploadFile(request, fileWorld);
      case 'POST /dmp/custom_audience/create/':
        return onFiles(request, createFileAudience);
      case 'POST /dmp/custom_audience/update/':
        return onFiles(request, updateFileAudience);
      case 'POST /dmp/custom_audience/delete/':
        return onFiles(request, deleteFileAudiences);
      case 'GET /dmp/custom_audience/list/':
        return withAdvertiser(query, () => listFileAudiences(query, fileWorld));
      case 'GET /dmp/custom_audience/get/':
        return withAdvertiser(query, () => getFileAudiences(query, fileWorld));
      default:
        return undefined;
    }
  };

  const server = await serveVendor({
    basePath: BASE,
    refusals: tikTokRefusals,
    answer: (request) => {
      const path = request.path.startsWith(`${BASE}/`) ? request.path.slice(BASE.length) : '';
      // Every path ends in a slash; without it the vendor's router knows none.
      if (!path.endsWith('/')) return { status: 404, text: '404 page not found', type: 'text/plain' };
      const refusal = checkToken(request.headers['access-token'], token);
      if (refusal !== undefined) return refusal;
      const isAudience = /^\/(segment|dmp)\//.test(path);
      const isAllowed = request.method === 'GET' ? options.mayRead : options.mayWrite;
      if (isAudience && isAllowed === false) return tikTokRefusals.forbidden();
      return route(request, path) ?? { status: 404, text: '404 page not found', type: 'text/plain' };
    },
  });
  return { ...server, token, advertiserId, segments, audiences };
}
