"""Every component and layout in every state, as pages: for eyes, for axe, for measuring."""

from ui.gallery.pages import PAGES, gallery, sample_page, write_gallery

__all__ = ["PAGES", "gallery", "sample_page", "write_gallery"]
