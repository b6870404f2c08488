"""What every request passes before and after its handler.

application  the outermost shell: reference number, security headers, access log
admission    the guard that holds callers to what a handler declares, and refuses forged requests
keeping      what the guard turned away although its sender meant it
cookies      the names of our cookies and how they are set
forms        ordinary forms, read once and remembered nowhere
exchange     what is known of the request that is being answered
redirects    answers to a POST
assets       the compiled front end, served from memory
"""
