import ApusFiles
import TestSupport
import Testing

/// The library as a file, and its header.
@Suite struct CLibraryFileTests {
    private let folder = TestFolder()

    /// The functions that the header declares.
    private func declared() throws -> [String] {
        let header = String(decoding: try readFile(repositoryFile("Sources/CApus/include/apus.h")), as: UTF8.self)
        var names: [String] = []
        var isComment = false
        for line in header.split(separator: "\n") {
            if line.hasPrefix("/*") { isComment = true }
            if !isComment, let name = line.firstMatch(of: /\b(apus_[a-z_]+)\(/)?.1 { names.append(String(name)) }
            if line.hasSuffix("*/") { isComment = false }
        }
        return names.sorted()
    }

    @Test func itShowsWhatTheHeaderDeclaresAndNothingElse() throws {
        let nm = try CProgram.program(["nm", "llvm-nm"])
        let result = try Tool.run(nm, ["-D", "--defined-only", CProgram.library])
        try #require(result.status == 0, "\(result.error)")
        // The node of the versions is a symbol too, an absolute one.
        let shown = result.output.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.contains("T") }
        let others = result.output.split(separator: "\n").filter { !$0.contains(" T ") && !$0.contains(" A ") }
        #expect(others == [])
        let names = shown.compactMap { $0.last?.split(separator: "@").first.map(String.init) }
        let declared = try declared()
        #expect(declared.count > 30)
        #expect(names.sorted() == declared)
    }

    /// Neither Swift's runtime nor anything else that a system doesn't have anyway.
    @Test func itNeedsNoSwift() throws {
        let readelf = try CProgram.program(["readelf", "llvm-readelf"])
        let result = try Tool.run(readelf, ["-d", CProgram.library])
        try #require(result.status == 0, "\(result.error)")
        let needed = result.output.matches(of: /\(NEEDED\).*\[(.*)\]/).map { String($0.1) }
        let known = ["libm.so.6", "libc.so.6", "libstdc++.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"]
        #expect(!needed.isEmpty)
        for name in needed { #expect(known.contains(name), "\(name)") }
        #expect(result.output.contains("[libapus.so.0]"))
    }

    @Test(arguments: [("c", "c99"), ("c", "c11"), ("c++", "c++11"), ("c++", "c++20")])
    func theHeaderStandsAlone(language: String, standard: String) throws {
        let source = try folder.write("alone.\(language == "c" ? "c" : "cc")", "#include <apus.h>\n#include <apus.h>\n")
        let result = try CProgram.compile(
            ["-std=\(standard)", "-c", "-o", folder.file("alone.o"), source], language: language)
        #expect(result.status == 0 && result.error == "", "\(result.error)")
    }

    /// What the README shows compiles as it stands there.
    @Test func theReadmesProgramCompiles() throws {
        let readme = String(decoding: try readFile(repositoryFile("README.md")), as: UTF8.self)
        let text = try #require(readme.firstMatch(of: /```c\n([^`]*)```/)?.1)
        let source = try folder.write("readme.c", String(text))
        let result = try CProgram.compile(["-std=c99", "-c", "-o", folder.file("readme.o"), source])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
    }

    /// Programs that are there already know the places of the fields.
    @Test func structuresHaveTheirLayout() throws {
        let source = try folder.write(
            "layout.c",
            """
            #include <apus.h>
            #define AT(type, field, place) _Static_assert(offsetof(type, field) == place, #field)
            AT(apus_plan_options, size, 0);
            AT(apus_plan_options, target, 8);
            AT(apus_plan_options, batch, 16);
            AT(apus_plan_options, until, 24);
            AT(apus_plan_options, until_count, 32);
            AT(apus_plan_options, settings, 40);
            AT(apus_plan_options, setting_count, 48);
            AT(apus_plan_options, activation_limit, 56);
            AT(apus_plan_options, convolutions, 64);
            AT(apus_plan_options, opens_batch, 68);
            AT(apus_plan_options, weights, 72);
            AT(apus_plan_options, random_weights, 80);
            AT(apus_session_options, threads, 8);
            AT(apus_session_options, is_pinned, 12);
            AT(apus_port, name, 8);
            AT(apus_port, type, 16);
            AT(apus_port, shape, 24);
            AT(apus_port, rank, 32);
            AT(apus_port, element_type, 36);
            AT(apus_port, is_shared, 40);
            AT(apus_port, meaning, 44);
            AT(apus_port, sample_elements, 48);
            AT(apus_port, sample_bytes, 56);
            _Static_assert(sizeof(apus_plan_options) == 88 && sizeof(apus_port) == 64, "sizes");

            """)
        let result = try CProgram.compile(["-std=c11", "-c", "-o", folder.file("layout.o"), source])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
    }
}
