//! Plain HTTP beside TLS: says where the same thing stands, and nothing else.

use hyper::{
    Request, Response, StatusCode,
    header::{self, HeaderValue},
};

use super::{
    answer::{Answer, Body, text},
    refusal::Refusal,
    routes::host_of,
    service::{Service, finished},
};

impl Service {
    /// 308 to the address that the practice published; browsers keep the fragment, so links survive.
    pub(super) async fn redirect<B>(&self, request: &Request<B>, refused: Option<Refusal>) -> Response<Body> {
        let answer = match refused {
            Some(refusal) => Err(refusal),
            None => self.secure_address(request).await,
        };
        finished(answer, refused)
    }

    async fn secure_address<B>(&self, request: &Request<B>) -> Result<Answer, Refusal> {
        let published = self.origins.now(&self.store).await;
        // SECURITY: the request chooses among the practice's own addresses, and never names one.
        let origin = published.origin_named(host_of(request)).ok_or(Refusal::NotFound)?;
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let location = HeaderValue::try_from(format!("{origin}{target}")).map_err(|_| Refusal::NotFound)?;
        let mut response = text("moved\n");
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        response.headers_mut().insert(header::LOCATION, location);
        Ok(Answer::closed(response))
    }
}
