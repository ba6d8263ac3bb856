//! The preview's server: one browser on this machine, through the [`Door`], over plain HTTP on the loopback.
//!
//! SECURITY: it hands out readable text. It listens on 127.0.0.1 alone, everything lies below the token, and what is refused
//! looks the same whatever the reason. Nothing it gives may be stored by a browser.

use std::{
    convert::Infallible,
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};

use super::{Admitted, Door, Knock, PreviewError, Room, Seen, Watch};
use crate::{
    serve::{
        headers::{ALWAYS, VIEWER_POLICY},
        media::Media,
    },
    viewer,
};

type Answer = Response<Full<Bytes>>;

/// Connections at a time; a browser opens six.
const CONNECTIONS: usize = 64;
/// For the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// A preview that listens.
pub struct Preview {
    listener: TcpListener,
    door: Arc<Door>,
    room: Arc<Room>,
}

impl Preview {
    /// Listens at a port of this machine alone; 0 takes a free one.
    pub async fn bind(port: u16, room: Room) -> Result<Self, PreviewError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let failed = |source| PreviewError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, door: Arc::new(Door::new(port)), room: Arc::new(room) })
    }

    /// The address to open, with the token.
    pub fn url(&self) -> String {
        self.door.url()
    }

    /// Answers until `shutdown`, follows what is saved, and looks through all of it.
    pub async fn run(self, watch: Result<Watch, String>, shutdown: impl Future<Output = ()>) {
        let room = Arc::clone(&self.room);
        let mut following = tokio::spawn(async move { follow(&room, watch).await });
        let mut follows = true;
        let room = Arc::clone(&self.room);
        let checking = tokio::spawn(async move { room.check_all().await });
        let mut connections = JoinSet::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                ended = &mut following, if follows => {
                    follows = false;
                    // It has said why, unless it fell.
                    if ended.is_err() {
                        self.room.blind("something went wrong that we did not foresee".to_owned());
                    }
                }
                Some(_) = connections.join_next() => {}
                Ok((stream, peer)) = self.listener.accept() => {
                    // SECURITY: the kernel gives nobody else to a socket on the loopback; this holds whatever it is bound to.
                    let Some(place) = Arc::clone(&places).try_acquire_owned().ok().filter(|_| peer.ip().is_loopback()) else { continue };
                    let (door, room) = (Arc::clone(&self.door), Arc::clone(&self.room));
                    connections.spawn(async move {
                        let answer = service_fn(|request| answer(&door, &room, request));
                        let mut http = http1::Builder::new();
                        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(16 * 1024);
                        // An error here is the browser's: it went away.
                        let _ = http.serve_connection(TokioIo::new(stream), answer).await;
                        drop(place);
                    });
                }
            }
        }
        following.abort();
        checking.abort();
        connections.shutdown().await;
    }
}

/// Takes in what is saved, without end.
async fn follow(room: &Room, watch: Result<Watch, String>) {
    let mut watch = match watch {
        Ok(watch) => watch,
        Err(why) => return room.blind(why),
    };
    loop {
        match watch.next().await {
            Seen::Written => room.read(),
            Seen::Given => room.recall().await,
            Seen::Nothing if room.is_of_yesterday() => room.read(),
            Seen::Nothing => {}
            Seen::Blind(why) => return room.blind(why),
        }
    }
}

async fn answer(door: &Door, room: &Room, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let mut answer = match admitted(door, &request) {
        Some((admitted, asked)) => route(room, &request, asked, &admitted).await,
        None => None,
    }
    .unwrap_or_else(nothing);
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(VIEWER_POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

fn admitted<'a>(door: &Door, request: &'a Request<Incoming>) -> Option<(Admitted, &'a str)> {
    let headers = request.headers();
    door.admit(&Knock {
        path: request.uri().path(),
        host: text(headers, &header::HOST),
        origin: text(headers, &header::ORIGIN),
        site: text(headers, &HeaderName::from_static("sec-fetch-site")),
        mode: text(headers, &HeaderName::from_static("sec-fetch-mode")),
        dest: text(headers, &HeaderName::from_static("sec-fetch-dest")),
    })
}

/// One header that is there once; two of a kind are as good as a wrong one.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?;
    Some(if all.next().is_some() { "" } else { first.to_str().unwrap_or_default() })
}

async fn route(room: &Room, request: &Request<Incoming>, asked: &str, admitted: &Admitted) -> Option<Answer> {
    let asks = Asks::of(request.uri().query().unwrap_or_default());
    if request.method() == Method::POST && asked == "again" {
        room.recall().await;
        return Some(Response::new(Full::default()));
    }
    if request.method() != Method::GET {
        return None;
    }
    match asked {
        "" => Some(typed("text/html; charset=utf-8", viewer::preview::page())),
        "state" => {
            room.newer_than(asks.after).await;
            Some(typed("application/json", room.state()))
        }
        "list" => room.list(&asks.member, now()).map(|list| json(&list)),
        "open" => Some(json(&room.open_pages())),
        "matrix" => room.matrix().map(|matrix| json(&matrix)),
        "page" => {
            let page = match asks.member.as_str() {
                "" => room.open_page(&asks.file),
                member => room.page(member, &asks.file, admitted),
            };
            match page {
                Ok(page) => Some(json(&page)),
                Err(error) => {
                    room.trouble(error.to_string());
                    None
                }
            }
        }
        "file" => match room.attachment(&asks.member, &asks.file, &asks.id, admitted).await {
            // What it is the viewer knows from its list, as of any attachment.
            Ok(bytes) => bytes.map(|bytes| typed("application/octet-stream", bytes)),
            Err(error) => {
                room.trouble(error.to_string());
                None
            }
        },
        path => file(room, path),
    }
}

/// The preview's own files, and those of the theme.
fn file(room: &Room, path: &str) -> Option<Answer> {
    if let Some(mut bytes) = viewer::preview::file(path) {
        if path == "viewer.css" {
            // As the viewer of this practice has it.
            bytes.extend_from_slice(room.colours().as_bytes());
        }
        return Some(typed(Media::of(path).content_type, bytes));
    }
    let bytes = room.asset(path)?;
    let media = Media::of(path).content_type;
    let bytes = if media.starts_with("text/css") { beside(&bytes) } else { bytes };
    Some(typed(media, bytes))
}

/// A stylesheet of the theme whose pictures are looked for beside it, since the preview does not lie at the top of its host.
fn beside(style: &[u8]) -> Vec<u8> {
    let mut style = String::from_utf8_lossy(style).into_owned();
    for quote in ["", "\"", "'"] {
        style = style.replace(&format!("url({quote}/assets/"), &format!("url({quote}"));
    }
    style.into_bytes()
}

/// What stands behind the `?`.
#[derive(Default)]
struct Asks {
    after: u64,
    member: String,
    file: String,
    id: String,
}

impl Asks {
    fn of(query: &str) -> Self {
        let mut asks = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "after" => asks.after = value.parse().unwrap_or_default(),
                "as" => asks.member = value.into_owned(),
                "file" => asks.file = value.into_owned(),
                "id" => asks.id = value.into_owned(),
                _ => {}
            }
        }
        asks
    }
}

fn typed(media: &'static str, bytes: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::from(bytes));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    answer
}

fn json(value: &impl serde::Serialize) -> Answer {
    typed("application/json", serde_json::to_vec(value).expect("plain JSON"))
}

/// What a list gives as the time it was made.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The same for everything that is refused.
fn nothing() -> Answer {
    let mut answer = typed("text/plain; charset=utf-8", b"Nothing here.\n".to_vec());
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}
