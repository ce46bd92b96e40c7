// Makes the application of docs/spring.md from the blocks of that page. To its classes come the imports that an editor adds: those
// of the same classes in our tests.
def page = new File(root, 'docs/spring.md').getText('UTF-8')
def blocks = { language -> page.findAll(/(?s)```${language}\n.*?```/).collect { it[(4 + language.length())..-4] } }
def write = { path, text ->
    def file = new File(basedir, path)
    file.parentFile.mkdirs()
    file.setText(text, 'UTF-8')
}
def writeClass = { folder, name, compiledIn ->
    def compiled = new File(root, "runtime-examples/src/test/java/io/agentruntime/examples/docs/${compiledIn}.java")
    def imports = compiled.readLines('UTF-8').findAll { it.startsWith('import ') }.join('\n')
    def code = blocks('java').find { it =~ /(?m)^(public )?class ${name}\b/ }
    assert code : "docs/spring.md has no class ${name}"
    write("src/${folder}/java/lobby/${name}.java", "package lobby;\n\n${imports}\n\n${code}")
}

def pom = blocks('xml').first()
assert pom.contains("<version>${springBootVersion}</version>") : "docs/spring.md names another Spring Boot than ${springBootVersion}"
assert pom.contains("<version>${version}</version>") : "docs/spring.md names another version of the library than ${version}"

write('pom.xml', pom)
write('src/main/resources/application.properties', blocks('properties').first())
writeClass('main', 'LobbyApplication', 'LobbyApplication')
writeClass('test', 'GatewayForTests', 'GatewayForTests')
writeClass('test', 'LobbyApplicationTest', 'SpringSnippets')
return true
