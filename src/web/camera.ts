import { byId } from './element.js'
import { drawJpeg, wholeOf } from './picture.js'

/** Whether this page may ask for a camera: browsers allow it over https and on this machine alone. */
export function hasCamera(): boolean {
  return navigator.mediaDevices?.getUserMedia !== undefined
}

/** Shows the camera until a picture is taken or it is closed (undefined). Rejects when the camera cannot be used. */
export async function takePicture(name: string): Promise<File | undefined> {
  const video = { facingMode: 'user', width: { ideal: 1920 }, height: { ideal: 1080 } }
  const stream = await navigator.mediaDevices.getUserMedia({ video })
  const dialog = byId('cameraDialog', HTMLDialogElement)
  const picture = byId('cameraPicture', HTMLVideoElement)
  try {
    picture.srcObject = stream
    await picture.play()
    dialog.showModal()
    if (!(await waitForShot(dialog))) return undefined
    const size = { width: picture.videoWidth, height: picture.videoHeight }
    return await drawJpeg(picture, { ...wholeOf(size), maxSide: Math.max(size.width, size.height) }, name)
  } finally {
    if (dialog.open) dialog.close()
    picture.srcObject = null
    for (const track of stream.getTracks()) track.stop()
  }
}

/** True when the shutter was pressed, false when the dialog was closed. */
function waitForShot(dialog: HTMLDialogElement): Promise<boolean> {
  const listening = new AbortController()
  return new Promise<boolean>((resolve) => {
    const on = { signal: listening.signal }
    byId('cameraTake', HTMLButtonElement).addEventListener('click', () => resolve(true), on)
    byId('cameraClose', HTMLButtonElement).addEventListener('click', () => resolve(false), on)
    dialog.addEventListener('close', () => resolve(false), on)
  }).finally(() => listening.abort())
}
