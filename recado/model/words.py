"""What people are told about models, in Spanish and English: mostly what went wrong, and what to do."""

from recado.kit.languages import language_of_machine

WORDS: dict[str, tuple[str, str]] = {
    # The hub's answers.
    "bad_name": (
        (
            "{name!r} no es un modelo: escriba una carpeta o un archivo .gguf de esta máquina (LOCAL_MODEL_PATH), o"
            " usuario/modelo de un hub (MODEL_NAME), con :archivo.gguf detrás si hay varios"
        ),
        (
            "{name!r} is no model: give a folder or a .gguf file of this machine (LOCAL_MODEL_PATH), or user/model "
            "of a hub (MODEL_NAME), followed by :file.gguf if it has several"
        ),
    ),
    "no_repo": (
        (
            "El hub {hub} no tiene el modelo {name}, o es privado. Revise MODEL_NAME; si es privado, ponga en "
            "HF_TOKEN un token que pueda leerlo"
        ),
        (
            "The hub {hub} has no model {name}, or it is private. Look at MODEL_NAME; if it is private, set "
            "HF_TOKEN to a token that may read it"
        ),
    ),
    "no_revision": (
        (
            "{name} no tiene la revisión {revision}. Ponga en MODEL_REVISION una rama, una etiqueta o un commit que"
            " exista (lo usual es main)"
        ),
        (
            "{name} has no revision {revision}. Set MODEL_REVISION to a branch, a tag or a commit that exists "
            "(usually main)"
        ),
    ),
    "no_file": (
        "{name} no tiene el archivo {file}. Tiene: {files}",
        "{name} has no file {file}. It has: {files}",
    ),
    "choose_file": (
        "{name} tiene varios modelos. Elija uno, por ejemplo MODEL_NAME={name}:{first}. Tiene: {files}",
        "{name} has several models. Choose one, such as MODEL_NAME={name}:{first}. It has: {files}",
    ),
    "no_weights": (
        "{name} no tiene un modelo que Recado pueda usar: ni un archivo .gguf, ni config.json con .safetensors",
        "{name} has no model that Recado can use: neither a .gguf file, nor config.json with .safetensors",
    ),
    "bad_token": (
        "El hub {hub} no acepta el token. Cree uno nuevo en {hub}/settings/tokens y póngalo en HF_TOKEN",
        "The hub {hub} does not take the token. Make a new one at {hub}/settings/tokens and set HF_TOKEN to it",
    ),
    "no_access": (
        (
            "El hub {hub} no da acceso a {name}. Pídalo en {hub}/{name}, y use en HF_TOKEN un token de la cuenta "
            "que lo tiene (para publicar, uno con permiso de escritura)"
        ),
        (
            "The hub {hub} gives no access to {name}. Ask for it at {hub}/{name}, and set HF_TOKEN to a token of "
            "the account that has it (to publish, one that may write)"
        ),
    ),
    "busy": (
        (
            "El hub {hub} pide esperar: demasiadas peticiones. Pruebe de nuevo dentro de {seconds:.0f} s; con "
            "HF_TOKEN permite más"
        ),
        "The hub {hub} asks to wait: too many requests. Try again in {seconds:.0f} s; with HF_TOKEN it allows more",
    ),
    "broken": (
        "El hub {hub} falla ahora (HTTP {status}). Pruebe de nuevo más tarde; lo ya descargado se conserva",
        "The hub {hub} fails now (HTTP {status}). Try again later; what was downloaded is kept",
    ),
    "unreachable": (
        (
            "No hay conexión con el hub {hub} ({reason}). Revise la red, o ponga el modelo en esta máquina y su "
            "ruta en LOCAL_MODEL_PATH; lo ya descargado se conserva"
        ),
        (
            "The hub {hub} cannot be reached ({reason}). Look at the network, or put the model on this machine and "
            "its path into LOCAL_MODEL_PATH; what was downloaded is kept"
        ),
    ),
    "no_hub": (
        "Lo que responde en {hub} no es un hub de modelos. Revise HF_ENDPOINT y el proxy",
        "What answers at {hub} is no hub of models. Look at HF_ENDPOINT and the proxy",
    ),
    "wrong_bytes": (
        (
            "El hub {hub} envió dos veces {file} con otro contenido del que anuncia. Pruebe más tarde, o con otro "
            "HF_ENDPOINT"
        ),
        "The hub {hub} sent {file} twice with other contents than it announces. Try later, or another HF_ENDPOINT",
    ),
    # This machine's disk.
    "no_path": (
        "No hay nada en {path}. Ponga en LOCAL_MODEL_PATH un archivo .gguf o la carpeta de un modelo",
        "There is nothing at {path}. Set LOCAL_MODEL_PATH to a .gguf file or to the folder of a model",
    ),
    "no_space": (
        (
            "No cabe en el disco: faltan {needed} y en {folder} quedan {free}. Libere espacio (recado model cache "
            "prune) o ponga en MODEL_CACHE_DIR una carpeta de un disco mayor"
        ),
        (
            "The disk is too small: {needed} are needed and {folder} has {free} left. Make room (recado model cache"
            " prune) or set MODEL_CACHE_DIR to a folder on a larger disk"
        ),
    ),
    "no_cache": (
        (
            "No se puede usar la carpeta {folder} ({reason}). Ponga en MODEL_CACHE_DIR una en la que Recado pueda "
            "escribir"
        ),
        "The folder {folder} cannot be used ({reason}). Set MODEL_CACHE_DIR to one that Recado may write to",
    ),
    # Publishing and converting.
    "no_token": (
        (
            "Para publicar hace falta un token con permiso de escritura: créelo en {hub}/settings/tokens y póngalo "
            "en HF_TOKEN"
        ),
        "To publish, a token that may write is needed: make one at {hub}/settings/tokens and set HF_TOKEN to it",
    ),
    "bad_repo": (
        "{name!r} no es un nombre de hub: escriba usuario/modelo",
        "{name!r} is no name on a hub: write user/model",
    ),
    "not_private": (
        "{name} ya existe y es público: no se subió nada. Hágalo privado en el hub, o publique sin --private",
        (
            "{name} is there already and public: nothing was uploaded. Make it private on the hub, or publish without "
            "--private"
        ),
    ),
    "no_text": ("No se puede leer el texto de {path}", "The text at {path} cannot be read"),
    "no_extra": (
        (
            "Esto necesita el extra `transformers`, que no está instalado: pip install 'recado[transformers]' (o "
            "make setup-transformers)"
        ),
        (
            "This needs the extra `transformers`, which is not installed: pip install 'recado[transformers]' (or "
            "make setup-transformers)"
        ),
    ),
    "no_model_extra": (
        "Esto necesita el extra `model`, que no está instalado: pip install 'recado[model]'",
        "This needs the extra `model`, which is not installed: pip install 'recado[model]'",
    ),
    "bad_model": (
        "No se puede leer el modelo de {path}: {reason}",
        "The model at {path} cannot be read: {reason}",
    ),
    "no_tokenizer": (
        "{path} no tiene un tokenizador rápido (tokenizer.json): guárdelo con transformers junto al modelo",
        "{path} has no fast tokenizer (tokenizer.json): save it with transformers beside the model",
    ),
    "no_device": (
        "DEVICE={device} no está en esta máquina. Use DEVICE=auto o DEVICE=cpu",
        "DEVICE={device} is not on this machine. Use DEVICE=auto or DEVICE=cpu",
    ),
    "not_convertible": (
        (
            "No se puede convertir {what}. El convertidor conoce {known}; el modelo funciona sin convertir con el "
            "motor transformers"
        ),
        (
            "{what} cannot be converted. The converter knows {known}; the model works unconverted with the "
            "transformers engine"
        ),
    ),
    "not_written": ("No se pudo escribir {path} ({reason})", "{path} could not be written ({reason})"),
    "too_little_text": (
        (
            "El texto para medir la perplejidad tiene {tokens} tokens; hacen falta {least}. Dé un archivo mayor con"
            " --text"
        ),
        ("The text to measure perplexity with has {tokens} tokens; {least} are needed. Give a larger file with --text"),
    ),
    # While it goes on.
    "checking": (
        "Comprobando",
        "Checking",
    ),
    "downloading": (
        "Descargando",
        "Downloading",
    ),
}


def say(word: str, **values: object) -> str:
    """A phrase in the language of this machine."""
    spanish, english = WORDS[word]
    return (english if language_of_machine() == "en" else spanish).format(**values)


def size(count: int) -> str:
    """Bytes for people, such as "1.4 GB" (powers of 1000, as disks are sold)."""
    for unit, least in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if count >= least:
            return f"{count / least:.1f} {unit}"
    return f"{count} B"
