pub struct RenderedPage {
    title: String,
    html: String,
}
impl RenderedPage {
    pub(crate) fn into_parts(self) -> (String, String) {
        (self.title, self.html)
    }
}
