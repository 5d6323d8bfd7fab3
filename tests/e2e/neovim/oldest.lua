-- Neovim 0.7 has no vim.lsp.start yet; this is what it does.
vim.api.nvim_create_autocmd("FileType", {
  pattern = "python",
  callback = function(event)
    local id = vim.lsp.start_client({ name = "smysl", cmd = { "smysl", "lsp" }, root_dir = vim.fn.getcwd() })
    vim.lsp.buf_attach_client(event.buf, id)
  end,
})
