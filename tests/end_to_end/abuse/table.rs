//! What may be wrong with a request, and how each ends.

use harness::caller::Door;
use harness::caller::Ended;
use harness::letter;

/// The name of an attack, all that is said, and how it must end.
pub(super) type Attack = (&'static str, Vec<u8>, Ended);

pub(super) fn attacks(door: &Door) -> Vec<Attack> {
    [lengths(door), texts(door), targets(door), methods(door), heads(door), tokens(door)].concat()
}

/// Where a body ends, told in ways that do not fit.
fn lengths(door: &Door) -> Vec<Attack> {
    let posted = |headers: &[(&str, &str)], body: &[u8]| {
        let headers = [&[JSON], headers].concat();
        door.request("POST /api/v1/messages", &headers, body)
    };
    let chunked = ("transfer-encoding", "chunked");
    vec![
        (
            "chunks of one byte",
            posted(&[chunked], &chunks(b"{ \"a\" }", 1)),
            problem(400, "bad-json"),
        ),
        ("a chunk of no length", posted(&[chunked], b"zz\r\n{}\r\n0\r\n\r\n"), broken()),
        ("a chunk beyond all memory", posted(&[chunked], b"ffffffffffffffffff\r\n{"), broken()),
        ("a chunk that is promised", posted(&[chunked], b"7fffffff\r\n{}"), broken()),
        ("chunks without an end", posted(&[chunked], b"1\r\n{\r\n"), broken()),
        ("endless chunks", posted(&[chunked], &chunks(&vec![b' '; 3_000_000], 30_000)), too_long()),
        ("a body that breaks off", posted(&[("content-length", "99")], b"{}"), broken()),
        ("a negative length", posted(&[("content-length", "-1")], b"{}"), Ended::Bare(400)),
        (
            "two lengths",
            posted(&[("content-length", "2"), ("content-length", "3")], b"{} "),
            Ended::Bare(400),
        ),
        (
            "a length and chunks",
            posted(&[("content-length", "2"), chunked], b"1\r\n{\r\n0\r\n\r\n"),
            problem(400, "bad-json"),
        ),
        (
            "chunks that are no chunks",
            posted(&[("transfer-encoding", "chunked, gzip")], b"{}"),
            Ended::Bare(400),
        ),
        (
            "chunks in HTTP/1.0",
            replaced(&posted(&[chunked], b"0\r\n\r\n"), "HTTP/1.1", "HTTP/1.0"),
            Ended::Bare(400),
        ),
        ("no body at all", posted(&[], b""), problem(400, "bad-json")),
    ]
}

/// What a submission may be written in.
fn texts(door: &Door) -> Vec<Attack> {
    let posted = |headers: &[(&str, &str)], body: &[u8]| {
        let length = body.len().to_string();
        let headers = [&[("content-length", length.as_str())], headers].concat();
        door.request("POST /api/v1/messages", &headers, body)
    };
    let good = letter::report(&["mm.mpf"], "in disguise").to_string();
    let utf_16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let nested = |open: &str| format!("{}1", open.repeat(300_000));
    let wide = format!("[{}1]", "1,".repeat(900_000));
    let long = format!("{{\"kind\": \"{}\"}}", "a".repeat(2_000_000));
    let bad_json = || problem(400, "bad-json");
    let bad_submission = || problem(422, "bad-submission");
    vec![
        ("UTF-16", posted(&[JSON], &utf_16), bad_json()),
        ("a byte order mark", posted(&[JSON], format!("\u{feff}{good}").as_bytes()), bad_json()),
        ("bytes that are no text", posted(&[JSON], b"{\"kind\": \"\xff\xfe\"}"), bad_json()),
        ("NUL bytes", posted(&[JSON], b"{\0}"), bad_json()),
        ("half a surrogate", posted(&[JSON], br#"{"kind": "\ud800"}"#), bad_json()),
        ("deep lists", posted(&[JSON], nested("[").as_bytes()), bad_submission()),
        ("deep objects", posted(&[JSON], nested("{\"a\":").as_bytes()), bad_submission()),
        ("a million values", posted(&[JSON], wide.as_bytes()), bad_submission()),
        ("a text of two million", posted(&[JSON], long.as_bytes()), bad_submission()),
        ("a number without end", posted(&[JSON], &[b'9'; 1_000_000]), bad_json()),
        (
            "compressed",
            posted(&[JSON, ("content-encoding", "gzip")], good.as_bytes()),
            problem(415, "media-type"),
        ),
        (
            "another media type",
            posted(&[("content-type", "text/plain")], good.as_bytes()),
            problem(415, "media-type"),
        ),
        (
            "a key that no header may hold",
            posted(&[JSON, ("idempotency-key", &"k".repeat(200))], good.as_bytes()),
            problem(400, "bad-idempotency-key"),
        ),
    ]
}

/// Paths that lead round a corner.
fn targets(door: &Door) -> Vec<Attack> {
    let get = |target: &str| door.request(&format!("GET {target}"), &[], b"");
    let nowhere = || problem(404, "no-such-path");
    let refused = || problem(401, "token-refused");
    vec![
        ("dots in the path", get("/api/v1/../../healthz"), nowhere()),
        ("dots in disguise", get("/api/v1/messages/..%2f..%2fhealthz"), bad_parameter()),
        ("NUL in the path", get("/api/v1/messages/%00"), bad_parameter()),
        ("no text in the path", get("/api/v1/messages/%ff%fe"), bad_parameter()),
        ("half an escape", get("/api/v1/messages/%zz"), bad_parameter()),
        ("two slashes", get("//api/v1/messages"), nowhere()),
        ("a path of another case", get("/API/V1/messages"), nowhere()),
        ("another's absolute address", get("http://evil.invalid/healthz"), Ended::Answer(200)),
        ("an address of 70,000", get(&format!("/{}", "a".repeat(70_000))), Ended::Bare(414)),
        ("an open path with more behind it", open("/healthz/..%2fapi/v1/peers"), refused()),
        ("an open path with a parameter of paths", open("/healthz;/api/v1/peers"), refused()),
        ("an open path twice", open("//healthz"), refused()),
        (
            "another's absolute address without the token",
            open("http://evil.invalid/api/v1/peers"),
            refused(),
        ),
        ("no text in a page's path", get("/messages/%ff"), Ended::Answer(303)),
    ]
}

/// Methods and protocols that are not spoken here.
fn methods(door: &Door) -> Vec<Attack> {
    let ask = |line: &str, headers: &[(&str, &str)]| door.request(line, headers, b"");
    let no_method = || problem(405, "method-not-allowed");
    let socket = [("upgrade", "websocket"), ("sec-websocket-version", "13")];
    vec![
        ("DELETE", ask("DELETE /api/v1/messages", &[]), no_method()),
        ("TRACE", ask("TRACE /api/v1/messages", &[]), no_method()),
        ("a method of 1,000", ask(&format!("{} /readyz", "M".repeat(1_000)), &[]), no_method()),
        ("OPTIONS *", ask("OPTIONS *", &[]), problem(404, "no-such-path")),
        ("a tunnel", ask("CONNECT mm.mpf.invalid:443", &[]), problem(404, "no-such-path")),
        ("a web socket", ask("GET /api/v1/watch", &socket), Ended::Answer(200)),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), Ended::Silence),
        ("HTTP/0.9", b"GET /healthz\r\n\r\n".to_vec(), Ended::Bare(400)),
        ("HTTP/9.9", b"GET /healthz HTTP/9.9\r\n\r\n".to_vec(), Ended::Bare(400)),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), Ended::Bare(400)),
        ("zeroes", vec![0; 100_000], Ended::Bare(400)),
        ("nothing", Vec::new(), Ended::Silence),
        ("half a head", b"GET /healthz HT".to_vec(), Ended::Silence),
    ]
}

/// Heads that are too much, or none.
fn heads(door: &Door) -> Vec<Attack> {
    let health = |headers: &[(&str, &str)]| door.request("GET /healthz", headers, b"");
    let many: Vec<(&str, &str)> = vec![("x-many", "more"); 5_000];
    let long = "v".repeat(1_000_000);
    vec![
        ("5,000 headers", health(&many), Ended::Bare(431)),
        ("a header of a million", health(&[("x-long", &long)]), Ended::Bare(431)),
        ("NUL in a header", health(&[("x-nul", "a\0b")]), Ended::Bare(400)),
        ("a name with a space", health(&[("x space", "a")]), Ended::Bare(400)),
        ("a header that goes on", health(&[("x-folded", "a\r\n b")]), Ended::Bare(400)),
        ("no line ends", b"GET /healthz HTTP/1.1\rhost: a\r\r".to_vec(), Ended::Bare(400)),
        ("another host", health(&[("host", "evil.invalid")]), Ended::Answer(200)),
        (
            "another host without the token",
            b"GET /api/v1/messages HTTP/1.1\r\nhost: evil.invalid\r\nconnection: close\r\n\r\n"
                .to_vec(),
            problem(401, "token-refused"),
        ),
        (
            "another host at a page",
            b"GET / HTTP/1.1\r\nhost: evil.invalid\r\nconnection: close\r\n\r\n".to_vec(),
            Ended::Answer(303),
        ),
    ]
}

/// Tokens that are not the node's.
fn tokens(door: &Door) -> Vec<Attack> {
    let with = |value: &str| {
        let mine = format!("Bearer {}", door.token);
        replaced(&door.request("GET /api/v1/peers", &[], b""), &mine, value)
    };
    let refused = || problem(401, "token-refused");
    let half = &door.token[..door.token.len() / 2];
    vec![
        ("half the token", with(&format!("Bearer {half}")), refused()),
        ("the token twice", with(&format!("Bearer {0}{0}", door.token)), refused()),
        ("another scheme", with(&format!("Basic {}", door.token)), refused()),
        ("a token of 100,000", with(&format!("Bearer {}", "a".repeat(100_000))), refused()),
        (
            "the wrong token before the right one",
            with(&format!("Bearer wrong\r\nauthorization: Bearer {}", door.token)),
            refused(),
        ),
        ("the token in the query", open(&format!("/api/v1/peers?token={}", door.token)), refused()),
    ]
}

const JSON: (&str, &str) = ("content-type", "application/json");

/// A request without the token.
fn open(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").into_bytes()
}

/// A body in chunks of so many bytes.
fn chunks(body: &[u8], bytes: usize) -> Vec<u8> {
    let chunks = body.chunks(bytes).flat_map(|chunk| {
        let length = format!("{:x}\r\n", chunk.len());
        [length.as_bytes(), chunk, b"\r\n"].concat()
    });
    chunks.chain(*b"0\r\n\r\n").collect()
}

fn replaced(request: &[u8], old: &str, new: &str) -> Vec<u8> {
    String::from_utf8_lossy(request).replacen(old, new, 1).into_bytes()
}

fn problem(status: u16, code: &str) -> Ended {
    Ended::Problem(status, code.to_owned())
}

fn broken() -> Ended {
    problem(400, "request-broken")
}

fn too_long() -> Ended {
    problem(413, "request-too-long")
}

fn bad_parameter() -> Ended {
    problem(400, "bad-parameter")
}
