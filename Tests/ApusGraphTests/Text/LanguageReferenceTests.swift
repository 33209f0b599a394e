import ApusGraph
import Testing

@Suite struct LanguageReferenceTests {
    @Test func theDocumentIsWhatTheCodeSays() throws {
        let path = "docs/LANGUAGE.md"
        if Repository.writesDocumentation { try Repository.write(LanguageReference.markdown, to: path) }
        let document = try? Repository.read(path)
        #expect(
            document == LanguageReference.markdown,
            "\(path) is not what the operators say: APUS_WRITE_DOCS=1 swift test --filter LanguageReference writes it anew"
        )
    }

    /// Labels count from C1, so that an error's label can be found.
    @Test(arguments: OperatorCatalogue.all.map { $0.name })
    func constraintsAreLabelledInOrder(_ name: String) throws {
        let labels = try #require(OperatorCatalogue.named(name)).documentation.constraints.map(\.name)
        #expect(labels == labels.indices.map { "C\($0 + 1)" })
    }

    /// An example is a line of the language: it has no error but that its operands are not there.
    @Test(arguments: OperatorCatalogue.all.map { $0.name })
    func examplesAreLinesOfTheLanguage(_ name: String) throws {
        let example = try #require(OperatorCatalogue.named(name)).documentation.example
        #expect(example.contains(" = \(name)("))
        #expect {
            try Graph.parse("model m\n\(example)\n")
        } throws: { error in
            (error as? Diagnostics)?.list.allSatisfy {
                $0.message.hasPrefix("there is no value '") || $0.message == "nothing of the model is an output"
            } ?? false
        }
    }
}
