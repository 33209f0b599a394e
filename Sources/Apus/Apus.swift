// `import Apus` is all that a program needs: what it calls of the modules below comes with it.

@_exported public import ApusCompiler
@_exported public import struct ApusFiles.FileError
@_exported public import ApusGraph
@_exported public import ApusPlan
@_exported public import ApusRuntime
