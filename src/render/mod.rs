use crate::{content::*, practice::*};
pub struct RenderedPage {
    title: String,
    html: String,
}
impl RenderedPage {
    pub(crate) fn into_parts(self) -> (String, String) {
        (self.title, self.html)
    }
}
pub struct Theme;
impl Theme {
    pub fn read(_p: &Practice) -> Result<Self, Mistakes> {
        todo!()
    }
    pub fn page_style_url(&self) -> String {
        todo!()
    }
}
pub enum Rendering {
    Same(RenderedPage),
    Each(std::collections::BTreeMap<String, RenderedPage>),
}
pub fn render_page(_: &Page, _: &Practice, _: &Theme) -> Result<Rendering, Mistakes> {
    todo!()
}
pub struct OpenFile {
    pub path: String,
    pub bytes: Vec<u8>,
}
pub fn open_site(_: &[Page], _: &Practice, _: &Theme) -> Result<Vec<OpenFile>, Mistakes> {
    todo!()
}
pub fn help(_: &Site) -> String {
    todo!()
}
