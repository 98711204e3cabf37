import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackages } from '../../support/install-packages.js'

const CLIENTS = fileURLToPath(new URL('../clients/', import.meta.url))

/** What the tests use of `@aws-sdk/client-rekognition`. */
export interface AwsPackage {
  readonly RekognitionClient: new (config: object) => { send(command: object): Promise<AwsAnswer>; destroy(): void }
  readonly CompareFacesCommand: new (input: object) => object
  readonly [command: string]: unknown
}

export interface AwsAnswer {
  readonly $metadata: { readonly requestId: string; readonly attempts: number }
  readonly [field: string]: unknown
}

/** What the tests use of `tencentcloud-sdk-nodejs`. */
export interface TencentPackage {
  readonly iai: Readonly<Record<'v20200303' | 'v20180301', { readonly Client: new (config: object) => IaiClient }>>
}

export type IaiClient = Readonly<Record<string, (request: object) => Promise<Readonly<Record<string, unknown>>>>>

/** What the tests use of `aws4`. */
export interface Aws4Package {
  sign(request: object, credentials: object): { readonly headers: Record<string, string> }
}

/** The official SDKs as they are on npm, which are installed first where they are not yet. */
export async function loadDoorClients(): Promise<{
  readonly aws: AwsPackage
  readonly tencent: TencentPackage
  readonly aws4: Aws4Package
}> {
  await installPackages(CLIENTS)
  const load = createRequire(join(CLIENTS, 'package.json'))
  return {
    aws: load('@aws-sdk/client-rekognition'),
    tencent: load('tencentcloud-sdk-nodejs'),
    aws4: load('aws4'),
  }
}
