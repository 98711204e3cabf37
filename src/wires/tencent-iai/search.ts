import * as groups from '../../calls/groups.js'
import { identifyAll, verify } from '../../calls/identify.js'
import { getPersonInfo } from '../../calls/persons.js'
import { unlessGone } from '../../gallery/refusals.js'
import { analysed } from '../analysed-face.js'
import { boundGallery } from '../bounded-gallery.js'
import { enrolled } from '../enrolled.js'
import { leastQualityAt } from '../quality-bar.js'
import {
  type Candidate,
  type IaiFields,
  type SearchedFace,
  searchFacesFields,
  searchPersonsFields,
  verifyFields,
} from './answer.js'
import type { IaiCall } from './context.js'
import { findFaces, openFace } from './pictures.js'
import type { RequestOf, Search } from './request.js'

export async function verifyFace(request: RequestOf<'VerifyFace'>, call: IaiCall): Promise<IaiFields> {
  const { personId, image, qualityBar } = request
  const gallery = enrolled(call)
  const leastQuality = leastQualityAt(qualityBar, call.engine.leastQuality)
  const asked = { ...gallery, engine: { ...gallery.engine, leastQuality } }
  const picture = () => openFace(call, image, '')(call.stop.signal)
  const { confidence } = await verify(asked, { appid: call.identity.appid, personId, picture })
  return verifyFields(confidence)
}

export async function searchFaces(request: Search, call: IaiCall): Promise<IaiFields> {
  const { results, faces } = await search(request, call)
  return searchFacesFields(results, faces)
}

export async function searchPersons(request: Search, call: IaiCall): Promise<IaiFields> {
  const { results, persons } = await search(request, call)
  return searchPersonsFields(results, persons)
}

async function search(request: Search, call: IaiCall) {
  const { groupIds, image, maxFaces, minFaceSize, maxPersons, leastScore, needsPersonInfo, qualityBar } = request
  const { appid } = call.identity
  const leastQuality = leastQualityAt(qualityBar, call.engine.leastQuality)
  const gallery = boundGallery(enrolled(call), { leastQuality, maxCandidates: maxPersons, leastScore })
  const { persons, faces } = await groups.countMembers(gallery, { appid, groupIds })
  const picture = async () => {
    const found = await findFaces(call, image, { maxFaces, minFaceSize, attributes: false, templates: true })
    return found.faces.map(analysed)
  }
  const identified = await identifyAll(gallery, { appid, groupIds, picture, signal: call.stop.signal })
  const results: SearchedFace[] = []
  for (const { box, isTooPoor, candidates } of identified) {
    const told: Candidate[] = []
    for (const { personId, faceId, confidence: score } of candidates) {
      const info = needsPersonInfo ? await unlessGone(getPersonInfo(gallery, { appid, personId })) : undefined
      if (info || !needsPersonInfo) told.push({ personId, faceId, score, info })
    }
    results.push({ box, isTooPoor, candidates: told })
  }
  return { results, persons, faces }
}
