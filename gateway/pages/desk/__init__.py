"""The assistant's pages: the desk with its visits, and one page for each visit that shows where it stands.

`overview` lists visits and opens one; `steps` shows a visit's page and takes it on; `filling` asks the connector's
questions; `papers` serves picture, receipt, PDF and the stream that says when a page has changed. `panels` gathers what
a visit's page shows at each stage, `questions` turns a connector's inputs into a form and back, `words` holds texts.
"""
