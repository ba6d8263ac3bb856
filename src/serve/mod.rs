pub struct ServeOptions;
impl ServeOptions {
    pub fn new(_: std::path::PathBuf, _: std::net::SocketAddr, _: Vec<String>) -> Self {
        todo!()
    }
}
pub struct Server;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ServeError;
impl crate::explain::Explain for ServeError {}
impl Server {
    pub async fn bind(_: ServeOptions) -> Result<Self, ServeError> {
        todo!()
    }
    pub fn local_addr(&self) -> std::net::SocketAddr {
        todo!()
    }
    pub async fn run(self, _: impl Future<Output = ()>) -> Result<(), ServeError> {
        todo!()
    }
}
