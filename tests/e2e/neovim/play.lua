-- What a person does in Neovim, one thing after the other. Runs inside it, after the set-up of README.md.

local DEADLINE = 60000
local failures = 0

local function check(name, is_right, shown)
  io.stdout:write((is_right and "PASS " or "FAIL ") .. name .. (is_right and "" or ": " .. vim.inspect(shown)) .. "\n")
  io.stdout:flush()
  if not is_right then
    failures = failures + 1
  end
end

local function finish()
  vim.cmd(failures == 0 and "qall!" or "cquit!")
end

local function until_true(condition)
  return (vim.wait(DEADLINE, condition, 50))
end

local states = {}
vim.lsp.handlers["smysl/status"] = function(_, status)
  states[#states + 1] = status.state
end

local function play()
  vim.cmd("edit httpx/_client.py")
  local buffer = vim.api.nvim_get_current_buf()
  local uri = vim.uri_from_bufnr(buffer)

  local function ask(method, params)
    for _, answer in pairs(vim.lsp.buf_request_sync(buffer, method, params, DEADLINE) or {}) do
      if answer.err or answer.error then
        return nil, answer.err or answer.error
      end
      return answer.result
    end
  end

  local function best(query)
    local found = ask("smysl/search", { query = query, topK = 5 })
    return found and found.hits[1] or {}
  end

  local function lines_with(text)
    local places = {}
    for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
      if line == text then
        places[#places + 1] = number - 1
      end
    end
    return places
  end

  check("the server says that it is ready", until_true(function() return states[#states] == "ready" end), states)

  local hit = best("распаковать сжатый ответ")
  check("a Russian question finds the function", hit.container == "GZipDecoder" and hit.name == "decode", hit)
  check("its place is the file that the editor opens", hit.uri and vim.fn.filereadable(vim.uri_to_fname(hit.uri)) == 1, hit.uri)

  local line = lines_with("    def delete(")[1]
  local hover = ask("textDocument/hover", { textDocument = { uri = uri }, position = { line = line, character = 9 } })
  local text = hover and hover.contents.value or ""
  check("a hover shows similar code", text:find("Similar code", 1, true) and text:find("delete", 1, true), hover)
  local elsewhere = ask("textDocument/hover", { textDocument = { uri = uri }, position = { line = 0, character = 0 } })
  check("a hover beside any function shows nothing", elsewhere == nil or elsewhere == vim.NIL, elsewhere)

  local symbols = ask("workspace/symbol", { query = "GZipDec" }) or {}
  check("a beginning of a name gives the symbol", symbols[1] and symbols[1].name == "GZipDecoder", symbols[1])
  symbols = ask("workspace/symbol", { query = "построить запрос для перенаправления" }) or {}
  check("a question gives symbols too", symbols[1] and symbols[1].name == "_build_redirect_request", symbols[1])

  vim.cmd("Smysl распаковать сжатый ответ")
  local first
  local is_listed = until_true(function()
    first = vim.fn.getqflist()[1]
    return first ~= nil
  end)
  check(":Smysl lists what it found", is_listed and first.text:find("decode", 1, true), first)
  check("its first line is the place", first and vim.fn.bufname(first.bufnr):find("_decoders.py", 1, true), first)
  vim.cmd("cfirst")
  check("and going there shows the name", vim.fn.expand("<cword>") == "decode", vim.fn.getline("."))
  vim.cmd("cclose | buffer " .. buffer)

  local question = "выбросить просроченные куки"
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, {
    "", "", "def drop_stale_cookies(jar, now):", '    """Remove cookies whose lifetime has run out."""',
    "    for cookie in list(jar):", "        if cookie.is_expired(now):", "            jar.clear(cookie.domain)",
  })
  local is_found = until_true(function()
    hit = best(question)
    return hit.name == "drop_stale_cookies"
  end)
  check("a function that was typed is found before it is saved", is_found and hit.unsaved, hit)
  vim.cmd("silent write")
  is_found = until_true(function()
    hit = best(question)
    return hit.name == "drop_stale_cookies" and not hit.unsaved and not hit.stale
  end)
  check("and after it is saved", is_found, hit)
  check("at the line where it stands", hit.range.start.line == lines_with("def drop_stale_cookies(jar, now):")[1], hit.range)

  local written = vim.fn.readfile("httpx/_utils.py")
  vim.list_extend(written, { "", "", "def celsius_to_fahrenheit(degrees):", "    return degrees * 9 / 5 + 32" })
  vim.fn.writefile(written, "httpx/_utils.py")
  is_found = until_true(function()
    hit = best("перевести температуру в фаренгейты")
    return hit.name == "celsius_to_fahrenheit"
  end)
  check("a function that another program wrote is found", is_found, hit)

  local clients = (vim.lsp.get_clients or vim.lsp.get_active_clients)()
  check("there is one server", #clients == 1, #clients)
  vim.lsp.stop_client(clients[1].id)
  local is_gone = until_true(function()
    return vim.lsp.get_client_by_id(clients[1].id) == nil
  end)
  check("the server ends when it is told to", is_gone)
end

local is_whole, problem = xpcall(play, debug.traceback)
check("the play came to its end", is_whole, problem)
finish()
