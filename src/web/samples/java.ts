import { endpointOf, quoteDouble, type SampleCall, SECRET_KEY_VARIABLE, SIDES } from './call.js'

/** A class `Compare` for Java 11 or later (`java Compare.java`), without other packages. */
export function writeJava(call: SampleCall): string {
  const { appid, secretId, secretKey } = call
  const key = secretKey === undefined ? `System.getenv(${quoteDouble(SECRET_KEY_VARIABLE)})` : quoteDouble(secretKey)
  return `import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Compare {
    static final String APPID = ${quoteDouble(appid)};
    static final String SECRET_ID = ${quoteDouble(secretId)};
    static final String SECRET_KEY = ${key};

    public static void main(String[] args) throws Exception {
        String body = ${quoteDouble(`{"appid":${JSON.stringify(appid)},"return_faces":1`)}
${SIDES.map((side) => `            + ${field(call, side)}\n`).join('')}            + "}";
        HttpRequest call = HttpRequest.newBuilder(URI.create(${quoteDouble(endpointOf(call))}))
            .header("Authorization", sign(300))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        System.out.println(HttpClient.newHttpClient().send(call, HttpResponse.BodyHandlers.ofString()).body());
    }

    static String sign(int seconds) throws Exception {
        long now = System.currentTimeMillis() / 1000;
        int random = ThreadLocalRandom.current().nextInt(1_000_000_000);
        String text = "a=" + APPID + "&b=&k=" + SECRET_ID + "&e=" + (now + seconds) + "&t=" + now + "&r=" + random
            + "&u=0&f=";
        Mac hmac = Mac.getInstance("HmacSHA1");
        hmac.init(new SecretKeySpec(SECRET_KEY.getBytes(UTF_8), "HmacSHA1"));
        byte[] mac = hmac.doFinal(text.getBytes(UTF_8));
        byte[] signed = new byte[mac.length + text.getBytes(UTF_8).length];
        System.arraycopy(mac, 0, signed, 0, mac.length);
        System.arraycopy(text.getBytes(UTF_8), 0, signed, mac.length, signed.length - mac.length);
        return Base64.getEncoder().encodeToString(signed);
    }
${SIDES.some((side) => 'file' in call[side]) ? PICTURE : ''}}
`
}

const PICTURE = `
    static String picture(String path) throws Exception {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(path)));
    }
`

function field(call: SampleCall, side: 'A' | 'B'): string {
  const source = call[side]
  if ('url' in source) return quoteDouble(`,"url${side}":${JSON.stringify(source.url)}`)
  return `${quoteDouble(`,"image${side}":"`)} + picture(${quoteDouble(source.file)}) + "\\""`
}
