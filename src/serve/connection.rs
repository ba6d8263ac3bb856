//! Who may connect, how many at a time, and for how long.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};

use super::{Limits, routes::Site, strict::Strict};

/// The largest head of a request.
const HEAD_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;

/// Takes connections until `shutdown`, then gives those that are answering a little time.
pub(super) async fn accept(listener: TcpListener, site: Arc<Site>, limits: Limits, shutdown: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let doors = Arc::new(Doors::default());
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let address = counted(peer.ip(), &limits);
                if let Some(pass) = Doors::enter(&doors, address, &limits) {
                    serve(stream, pass, &site, &limits, &graceful);
                }
            }
            // Out of files or memory: those who are in go on, and a moment later there is room.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(limits.shutdown, graceful.shutdown()).await;
}

fn serve(stream: TcpStream, inside: Inside, site: &Arc<Site>, limits: &Limits, graceful: &GracefulShutdown) {
    let _ = stream.set_nodelay(true);
    let (site, peer, lifetime) = (Arc::clone(site), inside.address, limits.lifetime);
    let service = service_fn(move |request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, std::convert::Infallible>(site.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .half_close(false)
        .serve_connection(TokioIo::new(Strict::new(stream, limits.stall)), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that broke the rules or went away is no error of ours.
        let _ = tokio::time::timeout(lifetime, connection).await;
        drop(inside);
    });
}

/// What counts as one address; none where all of the world could stand behind it.
fn counted(address: IpAddr, limits: &Limits) -> Option<IpAddr> {
    match address.to_canonical() {
        address if address.is_loopback() && !limits.count_loopback => None,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
        }
        address @ IpAddr::V4(_) => Some(address),
    }
}

/// Who is in.
#[derive(Default)]
struct Doors(Mutex<(usize, HashMap<IpAddr, usize>)>);

/// A place inside, given back when dropped.
struct Inside {
    doors: Arc<Doors>,
    address: Option<IpAddr>,
}

impl Doors {
    fn enter(doors: &Arc<Self>, address: Option<IpAddr>, limits: &Limits) -> Option<Inside> {
        let mut inside = doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from_there = address.and_then(|address| inside.1.get(&address)).copied().unwrap_or(0);
        if inside.0 >= limits.connections || from_there >= limits.connections_per_address {
            return None;
        }
        inside.0 += 1;
        if let Some(address) = address {
            *inside.1.entry(address).or_default() += 1;
        }
        Some(Inside { doors: Arc::clone(doors), address })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut inside = self.doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        inside.0 -= 1;
        if let Some(address) = self.address {
            if let Some(count) = inside.1.get_mut(&address) {
                *count -= 1;
                if *count == 0 {
                    inside.1.remove(&address);
                }
            }
        }
    }
}
