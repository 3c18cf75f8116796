"""`%fun`: a pet that walks below a cell, and sparks where a training gets on."""
