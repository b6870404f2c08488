"""How pages look and speak: components, layouts, words, styles and scripts."""
